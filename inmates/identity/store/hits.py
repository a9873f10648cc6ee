"""Who is found: one statement for a whole search, made once, and one for the people it found."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    LargeBinary,
    Select,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from inmates.identity.asking import BARE, BEGUN, EXACT, SAID
from inmates.identity.rules import SECRETS
from inmates.identity.tables import identities
from inmates.model import Person, Scope
from inmates.store import PERSON, mine, seen_by
from inmates.tables import persons

ORDER: Final = (EXACT, SAID, BARE, BEGUN)
"""Beginnings come last: the index must gather everybody whose name begins so."""
FEW: Final = 10
"""Beginnings are looked for where fewer than so many are found without."""
NOBODY: Final = "'-'"
"""A query that finds nobody: no key begins so."""


def _matches(number: int) -> ColumnElement[bool]:
    return persons.c.found_by.op("@@")(cast(bindparam(f"query_{number}"), TSQUERY))


def _tier(rank: int, seen: CTE | None, closer: list[CTE]) -> CTE:
    """Who is found by one query, asked only where closer ones have left room.

    `materialized` keeps the planner from walking through the whole table until the limit is reached."""
    found = select(persons.c.id).where(_matches(rank))
    if seen is not None:
        found = found.join(seen, seen.c.person_id == persons.c.id).distinct()
    if closer:
        found = found.where(_found_by(closer) < (FEW if rank == BEGUN else bindparam("most")))
    held = found.cte(f"held_{rank}").prefix_with("materialized")
    return select(held.c.id).limit(bindparam("most")).cte(f"tier_{rank}").prefix_with("materialized")


def _found_by(tiers: list[CTE]) -> ColumnElement[int]:
    every = union_all(*(select(tier.c.id) for tier in tiers)).subquery()
    return select(func.count(every.c.id.distinct())).scalar_subquery()


def _search(seen: CTE | None) -> Select[Any]:
    """Each with the rank of the closest query."""
    tiers: list[CTE] = []
    for rank in ORDER:
        tiers.append(_tier(rank, seen, tiers))
    ranked = [select(tier.c.id, literal(rank).label("rank")) for rank, tier in zip(ORDER, tiers, strict=True)]
    every = union_all(*ranked).subquery()
    return select(every.c.id, func.min(every.c.rank)).group_by(every.c.id)


def _seen() -> CTE:
    user: Any = bindparam("user", type_=BigInteger)
    at: Any = bindparam("at", type_=DateTime(timezone=True))
    return mine(user, at).cte("seen").prefix_with("materialized")


def _holding() -> Select[Any]:
    holders = [
        select(identities.c.person_id).where(
            identities.c[f"{name}_blind"] == any_(bindparam(name, type_=ARRAY(LargeBinary)))
        )
        for name in SECRETS
    ]
    return select(union_all(*holders).subquery().c.person_id).distinct()


OF_ALL: Final = _search(None)
OF_MINE: Final = _search(_seen())
HOLDING: Final = _holding()


async def matching(
    conn: AsyncConnection,
    scope: Scope,
    queries: Mapping[int, str],
    *,
    blinds: Mapping[str, Collection[bytes]],
    most: int,
) -> dict[PersonId, int]:
    """The rank of each who is found, within the scope; those held by an identifier may lie outside."""
    ranks = {}
    if any(blinds.values()):
        given = {name: list(blinds.get(name, ())) for name in SECRETS}
        ranks = {PersonId(row[0]): 0 for row in await conn.execute(HOLDING, given)}
    if queries:
        asked: dict[str, Any] = {f"query_{rank}": queries.get(rank, NOBODY) for rank in ORDER}
        asked["most"] = most
        if scope.user is not None:
            asked |= {"user": scope.user, "at": scope.at}
        found = await conn.execute(OF_ALL if scope.user is None else OF_MINE, asked)
        ranks = {PersonId(row[0]): row[1] for row in found} | ranks
    return ranks


async def led(conn: AsyncConnection, scope: Scope, found: Collection[PersonId]) -> dict[PersonId, Person]:
    """Of those within the scope the file where each goes on, if the caller may see it."""
    if not found:
        return {}
    survivors = persons.alias("survivors")
    goes_on = and_(survivors.c.id == persons.c.survivor_id, seen_by(scope, survivors.c.id))
    query = (
        select(*PERSON, *(survivors.c[column.name] for column in PERSON))
        .select_from(persons)
        .outerjoin(survivors, goes_on)
        .where(persons.c.id == any_(cast(list(found), ARRAY(BigInteger))), seen_by(scope, persons.c.id))
    )
    width = len(PERSON)
    rows = [tuple(row) for row in await conn.execute(query)]
    return {PersonId(row[0]): Person(*(row[width:] if row[width] else row[:width])) for row in rows}


async def born(
    conn: AsyncConnection, scope: Scope, days: Collection[date], *, query: str, most: int
) -> list[PersonId]:
    """Of those born on one of these days who matches the tsquery."""
    match = persons.c.found_by.op("@@")(cast(query, TSQUERY))
    found = select(persons.c.id).where(persons.c.born_on.in_(days), match, seen_by(scope, persons.c.id))
    return [PersonId(hit) for hit in (await conn.execute(found.limit(most))).scalars()]
