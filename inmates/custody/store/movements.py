"""Episodes and movements, and the stays that are folded from them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.custody.model import (
    Commitment,
    Entered,
    Episode,
    EpisodeId,
    EpisodeKind,
    InstitutionId,
    Kind,
    Movement,
    MovementId,
    Regime,
    Stay,
)
from inmates.custody.tables import episodes, movements
from inmates.model import Scope
from inmates.store import seen_by
from inmates.tables import institutions, persons, postings, stays


async def institution_kind(conn: AsyncConnection, ident: InstitutionId) -> str | None:
    query = select(institutions.c.kind).where(institutions.c.id == ident)
    return (await conn.execute(query)).scalar_one_or_none()


async def works_in(conn: AsyncConnection, scope: Scope, institution: InstitutionId) -> bool:
    """Is it there, and is it theirs: by a posting of now, or because everything is?"""
    query = select(institutions.c.id).where(institutions.c.id == institution)
    if scope.user is not None:
        posted = select(postings.c.institution_id).where(
            postings.c.user_id == scope.user, postings.c.during.contains(scope.at)
        )
        query = query.where(institutions.c.id.in_(posted))
    return (await conn.execute(query)).scalar_one_or_none() is not None


async def is_free(conn: AsyncConnection, person: PersonId, *, scope: Scope) -> bool:
    """Somebody who stays nowhere now: any institution may receive them."""
    query = select(persons.c.id).where(persons.c.id == person, ~stays_now(scope))
    return (await conn.execute(query)).scalar_one_or_none() is not None


async def free_of_number(conn: AsyncConnection, number: str, *, scope: Scope) -> PersonId | None:
    query = select(persons.c.id).where(persons.c.number == number, ~stays_now(scope))
    return (await conn.execute(query)).scalar_one_or_none()


async def episode_of(conn: AsyncConnection, ident: EpisodeId, *, scope: Scope) -> PersonId | None:
    """Whose it is, within the scope."""
    query = select(episodes.c.person_id).where(episodes.c.id == ident, seen_by(scope, episodes.c.person_id))
    return (await conn.execute(query)).scalar_one_or_none()


async def movement_of(
    conn: AsyncConnection, ident: MovementId, *, scope: Scope
) -> tuple[PersonId, Movement] | None:
    query = select(movements).where(movements.c.id == ident, seen_by(scope, movements.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return (PersonId(row.person_id), _movement(row)) if row else None


async def add_episode(
    conn: AsyncConnection, person: PersonId, *, kind: EpisodeKind, commitment: Commitment, by: UserId
) -> EpisodeId:
    row = {
        "person_id": person,
        "kind": kind,
        "act_number": commitment.act_number,
        "authority": commitment.authority,
        "act_on": commitment.act_on,
        "valid_until": commitment.valid_until,
        "reasons": commitment.reasons,
        "made_by": by,
    }
    made = await conn.execute(insert(episodes).values(row).returning(episodes.c.id))
    return EpisodeId(made.scalar_one())


async def add(conn: AsyncConnection, movement: Movement, *, person: PersonId, by: UserId) -> MovementId:
    row = {
        "person_id": person,
        "episode_id": movement.episode_id,
        "kind": movement.kind,
        "at": movement.at,
        "institution_id": movement.institution_id,
        "regime": movement.regime,
        "destination": movement.destination,
        "replaces": movement.replaces,
        "made_by": by,
    }
    made = await conn.execute(insert(movements).values(row).returning(movements.c.id))
    return MovementId(made.scalar_one())


async def movements_of(conn: AsyncConnection, person: PersonId) -> list[Movement]:
    """All of a person's episodes, as they were entered."""
    query = select(movements).where(movements.c.person_id == person).order_by(movements.c.id)
    return [_movement(row) for row in await conn.execute(query)]


async def episodes_of(conn: AsyncConnection, person: PersonId) -> list[Episode]:
    """The newest first, each with its movements in the order in which they happened."""
    query = select(movements).where(movements.c.person_id == person).order_by(movements.c.at, movements.c.id)
    rows = (await conn.execute(query)).all()
    replaced = {row.replaces for row in rows}
    entered = [Entered(_movement(row), UserId(row.made_by), row.made_at, row.id in replaced) for row in rows]
    query = select(episodes).where(episodes.c.person_id == person).order_by(episodes.c.id.desc())
    return [_episode(row, entered) for row in await conn.execute(query)]


async def write_stays(conn: AsyncConnection, person: PersonId, *, folded: Sequence[Stay]) -> None:
    """What the fold says, in place of what it said before."""
    wanted = [(stay.institution_id, stay.begins_at, stay.ends_at) for stay in folded]
    query = select(stays.c.institution_id, func.lower(stays.c.during), func.upper(stays.c.during))
    known = await conn.execute(query.where(stays.c.person_id == person).order_by(func.lower(stays.c.during)))
    if [tuple(row) for row in known] == wanted:
        return
    await conn.execute(delete(stays).where(stays.c.person_id == person))
    rows = [
        {"person_id": person, "institution_id": where, "during": Range(since, until)}
        for where, since, until in wanted
    ]
    if rows:
        await conn.execute(insert(stays), rows)


def stays_now(scope: Scope) -> ColumnElement[bool]:
    return exists().where(stays.c.person_id == persons.c.id, stays.c.during.contains(scope.at))


def _movement(row: Any) -> Movement:
    return Movement(
        MovementId(row.id),
        EpisodeId(row.episode_id),
        Kind(row.kind),
        row.at,
        None if row.institution_id is None else InstitutionId(row.institution_id),
        None if row.regime is None else Regime(row.regime),
        row.destination,
        None if row.replaces is None else MovementId(row.replaces),
    )


def _episode(row: Any, entered: Sequence[Entered]) -> Episode:
    commitment = Commitment(row.act_number, row.authority, row.act_on, row.valid_until, row.reasons)
    ident = EpisodeId(row.id)
    mine = [one for one in entered if one.movement.episode_id == ident]
    return Episode(ident, PersonId(row.person_id), EpisodeKind(row.kind), commitment, mine)
