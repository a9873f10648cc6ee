"""The second wall around sealed letters: a query that forgets whose they are finds none (ADR-0048)."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.box import sealing
from app.private.postgres import API, ROLE, WORKER
from callers import user
from core import db
from core.auth import Role
from core.ledger import store as ledger
from core.sealing import Keys
from filed.boxes import PAIR, addressee, letter, put, registered
from messaging.sealed import tables
from messaging.sealed.model import Box, BoxKind, LetterId
from messaging.sealed.store import letters

WALLED = ("sealed_letters", "sealed_files", "opened_letters", "sealed_answers", "sealed_receipts")
PUBLISHED = {"addressee_keys", "box_openings"}
"""Every stranger may read them: keys to seal to, and the protocols of openings."""
SHUT = "select relname from pg_class where relrowsecurity and relforcerowsecurity and relkind = 'r'"


@asynccontextmanager
async def as_role(database: str, role: str, **settings: str) -> AsyncIterator[asyncpg.Connection]:
    """In one transaction, with these purposes."""
    conn = await db.connect(database.replace(f"//{ROLE}@", f"//{role}@"))
    try:
        async with conn.transaction():
            for name, value in settings.items():
                await conn.execute("select set_config($1, $2, true)", f"ejazo.{name}", value)
            yield conn
    finally:
        await conn.close()


async def seen(database: str, role: str, **settings: str) -> Mapping[str, int]:
    async with as_role(database, role, **settings) as conn:
        return {name: await conn.fetchval(f"select count(*) from {name}") for name in WALLED}  # noqa: S608


@pytest.fixture
async def number(engine: AsyncEngine, tmp_path: Path) -> str:
    """Of a letter to the Ombudsman with a file, taken out and answered."""
    who = await addressee(engine)
    await registered(engine, who, PAIR)
    made = sealing.letter(
        "namuna", "namuna", to=PAIR.public, files=[("a.jpg", "image/jpeg", b"\xff\xd8" * 99)]
    )
    slip = await letter(engine, Keys(tmp_path), put(PAIR, made))
    by = await user(engine, "keeper", role=Role.OMBUDSMAN)
    async with db.transaction(engine) as conn:
        found = await letters.by_number(conn, slip.receipt.number)
        assert found
        opening = tables.box_openings.insert().values(
            box="ombudsman", position=1, signed="x", opened_at=found.received_on, posted_by=by
        )
        ident = (await conn.execute(opening.returning(tables.box_openings.c.id))).scalar_one()
        taken = {"letter_id": found.id, "opening_id": ident}
        await conn.execute(tables.opened_letters.insert().values(taken))
        await letters.add_answer(conn, found, message=b"x", on=found.received_on, by=by)
    return slip.receipt.number


async def test_without_its_own_purpose_every_table_of_the_boxes_is_empty(
    conn: asyncpg.Connection, database: str, number: str
) -> None:
    nothing, all_of_it = dict.fromkeys(WALLED, 0), dict.fromkeys(WALLED, 1)
    digest = await conn.fetchval("select encode(digest, 'hex') from sealed_letters")
    for wrong in (
        {},
        {"box": ""},
        {"letter": ""},
        {"box": "prosecutor"},
        {"box": "lawyer-1"},
        {"box": "%"},
        {"letter": number + "0"},
        {"letter": "ombudsman", "box": number},
        {"compartment": "health"},
        {"compartment": "boxes"},
        {"compartment": "ombudsman"},
    ):
        assert await seen(database, API, **wrong) == nothing, wrong
    assert await seen(database, API, letter=number) == all_of_it
    assert await seen(database, API, box="ombudsman") == all_of_it | {"sealed_receipts": 0}
    assert await seen(database, API, letter=digest) == all_of_it | {"sealed_receipts": 0}
    assert await seen(database, WORKER) == nothing
    assert await seen(database, WORKER, compartment="boxes") == all_of_it, "the ledger's way, not the API's"


async def test_nothing_is_put_beside_a_wall(database: str, number: str) -> None:
    """Neither a letter under another number's purpose nor an answer to a letter of another box."""
    copy = """
    insert into sealed_answers (letter_id, answered_on, message, posted_by)
    select $1, current_date, 'x', min(id) from users
    """
    async with as_role(database, API, letter=number) as conn:
        ident = await conn.fetchval("select id from sealed_letters")
    for settings in ({}, {"box": "prosecutor"}, {"letter": "M-1"}):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with as_role(database, API, **settings) as conn:
                await conn.execute(copy, ident)


async def test_each_table_of_boxes_and_compartments_has_its_wall(conn: asyncpg.Connection) -> None:
    shut = {row["relname"] for row in await conn.fetch(SHUT)}
    ours = {table.name for table in vars(tables).values() if getattr(table, "metadata", None) is db.metadata}
    assert ours - PUBLISHED <= shut
    assert set(WALLED) <= shut
    assert {one for one in shut if one.startswith("psychology_")} == {
        "psychology_screenings",
        "psychology_notes",
    }
    streams = {one.table: one.compartment for one in await ledger.streams(conn)}
    assert {streams.get(name, "boxes") for name in WALLED} == {"boxes"}


async def test_a_letter_is_found_by_its_index_behind_the_wall(database: str, number: str) -> None:
    """The policy must not turn each look into a walk over all letters."""
    for column, value, shape in (
        ("number", number, "uq_sealed_letters_number"),
        ("id", "1", "pk_sealed_letters"),
    ):
        async with as_role(database, API, letter=number) as conn:
            await conn.execute("set local enable_seqscan = off")
            query = f"explain select message from sealed_letters where {column} = '{value}'"  # noqa: S608
            plan = "\n".join(row[0] for row in await conn.fetch(query))
        assert re.search(rf"Index Scan using {shape}", plan), plan


async def test_the_store_reads_one_box_through_the_wall(database: str, number: str) -> None:
    api = db.engine(database.replace(f"//{ROLE}@", f"//{API}@"))
    try:
        async with db.transaction(api) as conn:
            own = await letters.of_box(conn, Box(BoxKind.OMBUDSMAN), most=9)
            assert [one.number for one in own] == [number]
            assert await letters.of_box(conn, Box(BoxKind.CENTRAL), most=9) == []
            assert await letters.one(conn, LetterId(own[0].id), box=Box(BoxKind.PROSECUTOR)) is None
            found = await letters.by_digest(conn, own[0].digest)
            assert found
            assert found.files == 1
            assert len(await letters.answers(conn, found)) == 1
            assert (await letters.contents(conn, found.id, box=Box(BoxKind.OMBUDSMAN))).files
            left = await conn.exec_driver_sql("select count(*) from sealed_letters")
            assert left.scalar_one() == 0, "the wall stands again behind each statement"
    finally:
        await api.dispose()
