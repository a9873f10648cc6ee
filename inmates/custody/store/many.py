"""Many people at once: whom and where a caller may receive, what happened to them, and writing it by COPY."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg
from sqlalchemy import BigInteger, any_, cast, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import PersonId, UserId
from inmates.custody.model import EpisodeId, InstitutionId, Movement, Stay
from inmates.custody.rules.admission import Item, Said
from inmates.custody.store.movements import _movement
from inmates.custody.tables import admission_answers, admissions, episodes, movements
from inmates.model import Scope
from inmates.store import picked, seen_among
from inmates.tables import institutions, postings, stays

Asked = tuple[PersonId, EpisodeId, datetime, Mapping[Item, str]]
"""Whose admission, since when, and what is answered already."""


async def receivable(
    conn: AsyncConnection, scope: Scope, *, numbers: Collection[str] = (), people: Collection[PersonId] = ()
) -> dict[str, PersonId]:
    """By file number: those whom the caller sees, and those who stay nowhere now."""
    some = picked(numbers, people)
    is_free = ~exists().where(stays.c.person_id == some.c.id, stays.c.during.contains(scope.at))
    query = select(some.c.number, some.c.id).where(or_(seen_among(scope, some.c.id), is_free))
    found = await conn.execute(query)
    return {row.number: PersonId(row.id) for row in found}


async def houses(conn: AsyncConnection, scope: Scope) -> list[tuple[InstitutionId, str, str]]:
    """Number, name and kind of each institution in which the caller works."""
    query = select(institutions.c.id, institutions.c.name, institutions.c.kind)
    if scope.user is not None:
        mine = postings.c.user_id == scope.user, postings.c.during.contains(scope.at)
        query = query.where(institutions.c.id.in_(select(postings.c.institution_id).where(*mine)))
    return [(InstitutionId(row[0]), row[1], row[2]) for row in await conn.execute(query)]


async def movements_of(conn: AsyncConnection, people: Collection[PersonId]) -> dict[PersonId, list[Movement]]:
    query = select(movements).where(movements.c.person_id == any_(cast(list(people), ARRAY(BigInteger))))
    found: dict[PersonId, list[Movement]] = defaultdict(list)
    for row in await conn.execute(query.order_by(movements.c.id)):
        found[PersonId(row.person_id)].append(_movement(row))
    return dict(found)


async def add_episodes(conn: AsyncConnection, rows: Sequence[dict[str, object]]) -> list[EpisodeId]:
    ids = await db.numbers(conn, episodes, count=len(rows))
    numbered = [row | {"id": ident} for ident, row in zip(ids, rows, strict=True)]
    await db.copy(conn, episodes, rows=numbered)
    return [EpisodeId(ident) for ident in ids]


async def add(conn: AsyncConnection, new: Sequence[tuple[PersonId, Movement]], *, by: UserId) -> list[int]:
    ids = await db.numbers(conn, movements, count=len(new))
    rows = [
        {
            "id": ident,
            "person_id": person,
            "episode_id": one.episode_id,
            "kind": one.kind,
            "at": one.at,
            "institution_id": one.institution_id,
            "regime": one.regime,
            "destination": one.destination,
            "made_by": by,
        }
        for ident, (person, one) in zip(ids, new, strict=True)
    ]
    await db.copy(conn, movements, rows=rows)
    return ids


async def ask(conn: AsyncConnection, asked: Sequence[Asked], *, by: UserId) -> None:
    """Opens an admission for each, with what is known already."""
    ids = await db.numbers(conn, admissions, count=len(asked))
    opened = [
        {"id": ident, "person_id": person, "episode_id": episode, "opened_at": at}
        for ident, (person, episode, at, _) in zip(ids, asked, strict=True)
    ]
    await db.copy(conn, admissions, rows=opened)
    answers = [
        {"admission_id": ident, "item": item, "said": Said.ANSWERED, "words": words, "made_by": by}
        for ident, (*_, known) in zip(ids, asked, strict=True)
        for item, words in known.items()
    ]
    await db.copy(conn, admission_answers, rows=answers)


async def write_stays(conn: AsyncConnection, folded: Mapping[PersonId, Sequence[Stay]]) -> None:
    """Of each of these people what the fold says, in place of what it said before."""
    await conn.execute(delete(stays).where(stays.c.person_id == any_(cast(list(folded), ARRAY(BigInteger)))))
    rows = [
        {
            "person_id": person,
            "institution_id": stay.institution_id,
            "during": asyncpg.Range(stay.begins_at, stay.ends_at),
        }
        for person, some in folded.items()
        for stay in some
    ]
    await db.copy(conn, stays, rows=rows)
