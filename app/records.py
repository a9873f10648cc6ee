"""Writing the made-up population of institutions: by COPY, once."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg
import click
from argon2 import PasswordHasher

from core import clock, db
from core.model import PersonId
from core.sealing import Keys
from inmates.identity import rules, sealing, store
from simulators.population import Held, Row, institutions, people, staff
from simulators.population.institutions import Institution

PERSON: Final = ("id", "number", "surname", "given_name", "patronymic", "sex", "born_on", "other_names")
IDENTITY: Final = (
    "person_id",
    "version",
    "ground",
    *store.CLEAR,
    "document_kind",
    *(f"{name}{part}" for name in rules.SECRETS for part in ("", "_blind")),
)
STAY: Final = ("person_id", "institution_id", "during")
MANY: Final = 20_000
"""From so many on, the index of names is made anew when all are there: three times as fast."""
INDEX: Final = "ix_persons_found_by"
SERIALS: Final = ("persons", "institutions", "users")


async def run(url: str, keys: Keys, *, records: int, seed: int, is_staffed: bool = False) -> bool:
    """Whether anything was written."""
    conn = await db.connect(url)
    try:
        async with conn.transaction():
            return await write(conn, keys, records=records, seed=seed, now=clock.now(), is_staffed=is_staffed)
    finally:
        await conn.close()


async def write(
    conn: asyncpg.Connection, keys: Keys, *, records: int, seed: int, now: datetime, is_staffed: bool = False
) -> bool:
    """In the caller's transaction; whoever comes second finds the first one's people."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('ejazo seed records'))")
    if await conn.fetchval("select exists (select from persons where number = $1)", f"{people.PREFIX}{1:07}"):
        return False
    base = {table: await conn.fetchval(f"select coalesce(max(id), 0) from {table}") for table in SERIALS}  # noqa: S608 - our own table names
    housed = institutions.made(records, seed)
    await _institutions(conn, housed, base=base["institutions"])
    maker = people.Maker(housed, seed, now, base["persons"])
    begun, done, said = time.perf_counter(), 0, time.perf_counter()
    async with _index_made_last(conn, records):
        async for chunk in _ahead(maker.chunks(records), keys):
            await _copy(conn, chunk, base=base["institutions"])
            done += len(chunk.held)
            if time.perf_counter() - said > 10:
                said = time.perf_counter()
                click.echo(f"  {done:,} of {records:,}, {done / (said - begun):,.0f} a second", err=True)
    if is_staffed:
        await _staff(conn, base=base)
    for table in SERIALS:
        await conn.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}")  # noqa: S608 - our own table names
    for table in ("persons", "identities", "stays", "institutions", "postings"):
        await conn.execute(f"analyze {table}")
    return True


class Chunk:
    """Some people, and the rows that they are, by table."""

    def __init__(self, held: Sequence[Held], keys: Keys) -> None:
        self.held = held
        self.persons = [_person(one) for one in held]
        self.identities = [_identity(one, keys) for one in held]


async def _ahead(chunks: Iterator[list[Held]], keys: Keys) -> AsyncIterator[Chunk]:
    """The next one is made up while the database takes in this one."""

    def made() -> Chunk | None:
        held = next(chunks, None)
        return Chunk(held, keys) if held else None

    coming = asyncio.create_task(asyncio.to_thread(made))
    while (chunk := await coming) is not None:
        coming = asyncio.create_task(asyncio.to_thread(made))
        yield chunk


@asynccontextmanager
async def _index_made_last(conn: asyncpg.Connection, records: int) -> AsyncIterator[None]:
    if records < MANY:
        yield
        return
    definition = await conn.fetchval("select pg_get_indexdef($1::regclass)", INDEX)
    await conn.execute(f"drop index {INDEX}")
    yield
    await conn.execute("set local maintenance_work_mem = '512MB'")
    await conn.execute(definition)


async def _institutions(conn: asyncpg.Connection, housed: Sequence[Institution], *, base: int) -> None:
    rows = [(base + one.number, one.name, one.sort.kind, one.soato, one.capacity) for one in housed]
    columns = ("id", "name", "kind", "soato", "capacity")
    await conn.copy_records_to_table("institutions", columns=columns, records=rows)


async def _copy(conn: asyncpg.Connection, chunk: Chunk, *, base: int) -> None:
    stays = [(h.id, base + h.institution.number, asyncpg.Range(h.since, None)) for h in chunk.held]
    await conn.copy_records_to_table("persons", columns=PERSON, records=chunk.persons)
    await conn.copy_records_to_table("identities", columns=IDENTITY, records=chunk.identities)
    await conn.copy_records_to_table("stays", columns=STAY, records=stays)


def _person(held: Held) -> Row:
    i = held.identity
    return (
        held.id,
        held.number,
        i.surname,
        i.given_name,
        i.patronymic,
        i.sex,
        i.born_on,
        rules.found_by([i]),
    )


def _identity(held: Held, keys: Keys) -> Row:
    row: dict[str, Any] = store.row_of(held.identity, sealing.sealed(keys, PersonId(held.id), held.identity))
    row |= {"person_id": held.id, "version": 1, "ground": "entered"}
    return tuple(row[column] for column in IDENTITY)


async def _staff(conn: asyncpg.Connection, *, base: dict[str, int]) -> None:
    """One of each role; the staff is posted in the first institution."""
    hashed = PasswordHasher().hash
    users = [
        (base["users"] + n, one.login, hashed(one.password), one.role, one.shown_as)
        for n, one in enumerate((*staff.STAFF, *staff.OUTSIDE), 1)
    ]
    account = ("id", "login", "password_hash", "role", "shown_as")
    await conn.copy_records_to_table("users", columns=account, records=users)
    where = base["institutions"] + 1
    posted: list[Row] = [(user[0], where, asyncpg.Range(None, None)) for user in users[: len(staff.STAFF)]]
    await conn.copy_records_to_table(
        "postings", columns=("user_id", "institution_id", "during"), records=posted
    )
