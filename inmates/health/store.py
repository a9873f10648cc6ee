"""The health compartment as the records hold it: each statement opens the compartment for itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Executable, Row, Select, Table, any_, cast, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core import compartments, db
from core.model import PersonId, UserId
from core.tables import users
from inmates.health.model import Consequence, ConsequenceId, FindingId, Kind, Limit
from inmates.health.tables import appointments, attendances, consequences, findings
from inmates.model import Scope
from inmates.store import seen_by


async def _rows(conn: AsyncConnection, statement: Executable) -> list[Row[Any]]:
    async with compartments.opened(conn, "health"):
        return list((await conn.execute(statement)).all())


async def number(conn: AsyncConnection, table: Table) -> int:
    """Of the next row: what is sealed is bound to it."""
    sequence = func.pg_get_serial_sequence(table.name, "id")
    return int((await conn.execute(select(func.nextval(sequence)))).scalar_one())


async def add(conn: AsyncConnection, table: Table, **row: Any) -> None:
    async with compartments.opened(conn, "health"):
        await conn.execute(insert(table).values(row))


async def appointments_of(conn: AsyncConnection, person: PersonId) -> list[Row[Any]]:
    """Still sealed, as all rows of this store."""
    return await _rows(conn, select(appointments).where(appointments.c.person_id == person))


async def attendances_of(conn: AsyncConnection, person: PersonId) -> list[Row[Any]]:
    query = select(attendances).join(appointments).where(appointments.c.person_id == person)
    return await _rows(conn, query)


async def findings_of(conn: AsyncConnection, person: PersonId) -> list[Row[Any]]:
    """Newest first."""
    query = select(findings).where(findings.c.person_id == person)
    return await _rows(conn, query.order_by(findings.c.made_at.desc(), findings.c.id.desc()))


async def owner_of(conn: AsyncConnection, appointment: int, *, scope: Scope) -> PersonId | None:
    """Whose appointment it is, if within the scope; locked, so that two outcomes come one after the other."""
    await db.hold(conn, appointments, ident=appointment)
    query = select(appointments.c.person_id).where(
        appointments.c.id == appointment, seen_by(scope, appointments.c.person_id)
    )
    found = await _rows(conn, query)
    return PersonId(found[0][0]) if found else None


async def counting(conn: AsyncConnection, appointment: int) -> int | None:
    """The note about it that no other replaces."""
    replaced = select(attendances.c.replaces).where(attendances.c.replaces.is_not(None))
    query = select(attendances.c.id).where(
        attendances.c.appointment_id == appointment, attendances.c.id.not_in(replaced)
    )
    found = await _rows(conn, query)
    return int(found[0][0]) if found else None


async def decide(
    conn: AsyncConnection,
    person: PersonId,
    *,
    limit: Limit,
    by: UserId,
    finding: FindingId,
    replaces: ConsequenceId | None = None,
) -> ConsequenceId:
    row = {
        "person_id": person,
        "kind": limit.kind,
        "starts_at": limit.starts_at,
        "ends_at": limit.ends_at,
        "decided_by": by,
        "finding_id": finding,
        "replaces": replaces,
    }
    made = await conn.execute(insert(consequences).values(row).returning(consequences.c.id))
    return ConsequenceId(made.scalar_one())


async def consequences_of(
    conn: AsyncConnection, people: Collection[PersonId]
) -> dict[PersonId, list[Consequence]]:
    """All that were ever decided, the latest decision first; plain rows, outside the wall."""
    wanted = consequences.c.person_id == any_(cast(list(people), ARRAY(BigInteger)))
    query = _consequences().where(wanted).order_by(consequences.c.decided_at.desc(), consequences.c.id.desc())
    found: dict[PersonId, list[Consequence]] = {person: [] for person in people}
    for row in await conn.execute(query):
        found[PersonId(row.person_id)].append(_consequence(row))
    return found


async def consequence(conn: AsyncConnection, ident: ConsequenceId, *, scope: Scope) -> Consequence | None:
    """Locked: whoever replaces it second sees that it is replaced."""
    await db.hold(conn, consequences, ident=ident)
    query = _consequences().where(consequences.c.id == ident, seen_by(scope, consequences.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return _consequence(row) if row else None


async def is_replaced(conn: AsyncConnection, ident: ConsequenceId) -> bool:
    query = select(consequences.c.id).where(consequences.c.replaces == ident)
    return (await conn.execute(query)).first() is not None


def _consequences() -> Select[Any]:
    return select(consequences, users.c.shown_as).join(users, users.c.id == consequences.c.decided_by)


def _consequence(row: Any) -> Consequence:
    ends_at: datetime | None = row.ends_at
    replaces = None if row.replaces is None else ConsequenceId(row.replaces)
    return Consequence(
        ConsequenceId(row.id),
        PersonId(row.person_id),
        Kind(row.kind),
        row.starts_at,
        ends_at,
        row.decided_at,
        UserId(row.decided_by),
        row.shown_as,
        FindingId(row.finding_id),
        replaces,
    )
