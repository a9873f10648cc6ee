"""Parts as the records hold them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from inmates.parts.model import Compartment, Part, PartId
from inmates.parts.tables import file_parts
from inmates.store import same_human


async def add(
    conn: AsyncConnection,
    person: PersonId,
    compartment: Compartment,
    *,
    number: str,
    digest: str,
    given: bytes,
    kept: bytes,
    made_at: datetime,
    by: UserId,
) -> PartId:
    row = {
        "person_id": person,
        "compartment": compartment,
        "number": number,
        "digest": digest,
        "given": given,
        "kept": kept,
        "made_at": made_at,
        "made_by": by,
    }
    return PartId(
        (await conn.execute(insert(file_parts).values(row).returning(file_parts.c.id))).scalar_one()
    )


async def of(conn: AsyncConnection, person: PersonId, compartment: Compartment) -> list[Part]:
    """In all files of this human, the newest first."""
    mine = file_parts.c.person_id.in_(same_human(person)), file_parts.c.compartment == compartment
    query = _parts().where(*mine).order_by(file_parts.c.id.desc())
    return [_part(row) for row in await conn.execute(query)]


async def newest(conn: AsyncConnection, person: PersonId) -> list[tuple[Part, bytes]]:
    """Of each compartment the last one, as it was sealed for the person."""
    query = (
        _parts()
        .add_columns(file_parts.c.given)
        .where(file_parts.c.person_id.in_(same_human(person)))
        .ext(distinct_on(file_parts.c.compartment))
        .order_by(file_parts.c.compartment, file_parts.c.id.desc())
    )
    return [(_part(row), bytes(row.given)) for row in await conn.execute(query)]


async def kept(conn: AsyncConnection, part: PartId) -> bytes:
    return bytes((await conn.execute(select(file_parts.c.kept).where(file_parts.c.id == part))).scalar_one())


def _parts() -> Select[Any]:
    columns = (column for column in file_parts.c if column.name not in {"given", "kept"})
    return select(*columns, users.c.shown_as).join(users, users.c.id == file_parts.c.made_by)


def _part(row: Any) -> Part:
    return Part(
        PartId(row.id),
        PersonId(row.person_id),
        Compartment(row.compartment),
        row.number,
        row.digest,
        row.made_at,
        UserId(row.made_by),
        row.shown_as,
    )
