"""The psychologists' compartment as the records hold it: each statement opens the compartment for itself."""

from typing import Any

from sqlalchemy import Executable, Row, Table, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from core import compartments, db
from core.model import PersonId, UserId
from inmates.model import Scope
from inmates.psychology.model import NoteId
from inmates.psychology.tables import notes, screenings, signatures
from inmates.store import seen_by


async def _rows(conn: AsyncConnection, statement: Executable) -> list[Row[Any]]:
    async with compartments.opened(conn, "psychology"):
        return list((await conn.execute(statement)).all())


async def number(conn: AsyncConnection, table: Table) -> int:
    """Of the next row: what is sealed is bound to it."""
    sequence = func.pg_get_serial_sequence(table.name, "id")
    return int((await conn.execute(select(func.nextval(sequence)))).scalar_one())


async def add(conn: AsyncConnection, table: Table, **row: Any) -> None:
    async with compartments.opened(conn, "psychology"):
        await conn.execute(insert(table).values(row))


async def screenings_of(conn: AsyncConnection, person: PersonId) -> list[Row[Any]]:
    """Still sealed, as all rows of this store."""
    return await _rows(conn, select(screenings).where(screenings.c.person_id == person))


async def notes_of(conn: AsyncConnection, person: PersonId) -> list[Row[Any]]:
    return await _rows(conn, select(notes).where(notes.c.person_id == person))


async def owner_of(conn: AsyncConnection, note: NoteId, *, scope: Scope) -> PersonId | None:
    """Whose note it is, if within the scope; locked: one correction comes after the other."""
    await db.hold(conn, notes, ident=note)
    query = select(notes.c.person_id).where(notes.c.id == note, seen_by(scope, notes.c.person_id))
    found = await _rows(conn, query)
    return PersonId(found[0][0]) if found else None


async def is_replaced(conn: AsyncConnection, note: NoteId) -> bool:
    return bool(await _rows(conn, select(notes.c.id).where(notes.c.replaces == note)))


async def sign(conn: AsyncConnection, *, screen: str, language: str, digest: str, by: UserId) -> None:
    """Signed once; whoever signs it again changes nothing."""
    row = {"screen": screen, "language": language, "digest": digest, "signed_by": by}
    await conn.execute(postgresql.insert(signatures).values(row).on_conflict_do_nothing())


async def signed(conn: AsyncConnection) -> frozenset[tuple[str, str, str]]:
    """Screen, language and digest of each wording somebody vouched for."""
    query = select(signatures.c.screen, signatures.c.language, signatures.c.digest)
    return frozenset((row[0], row[1], row[2]) for row in await conn.execute(query))
