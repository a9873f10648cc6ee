"""What other topics ask of custody: where a person is, was, under which conditions, and beside whom not."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from inmates.custody.model import Child, InstitutionId, Mark, Span, Standing
from inmates.custody.rules import movements as rules
from inmates.custody.store import admissions, movements, places


async def history(conn: AsyncConnection, person: PersonId) -> tuple[Span, ...]:
    """All standings of a person's life inside, the oldest first."""
    return rules.fold(await movements.movements_of(conn, person))


async def standing(conn: AsyncConnection, person: PersonId, *, at: datetime) -> Standing | None:
    """Institution, regime and episode at a moment; none: not yet held or supervised by anybody."""
    return rules.at(await history(conn, person), at)


async def marks(conn: AsyncConnection, person: PersonId) -> frozenset[Mark]:
    """What the person is kept apart for."""
    return (await places.marks_of(conn, [person]))[person]


async def children(conn: AsyncConnection, person: PersonId) -> list[Child]:
    return await admissions.children_of(conn, person)


async def institution_kinds(
    conn: AsyncConnection, ids: Collection[InstitutionId]
) -> dict[InstitutionId, str]:
    return await places.kinds(conn, ids)


def age(born_on: date, on: date) -> int:
    """In full years."""
    return rules.age(born_on, on)
