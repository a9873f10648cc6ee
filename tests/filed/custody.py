"""Custody: an episode with its admission and movements, a place, a child."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db
from core.model import PersonId, UserId
from files import SINCE, numbers
from inmates.custody.model import (
    Child,
    Commitment,
    EpisodeId,
    EpisodeKind,
    InstitutionId,
    Kind,
    Movement,
    Regime,
)
from inmates.custody.rules import movements as rules
from inmates.custody.rules.separation import PlaceId
from inmates.custody.store import admissions, movements, places

ACT = Commitment("1-26/7", "Namuna sudi", SINCE.date(), None, "JK 169")


async def episode(
    engine: AsyncEngine, whom: PersonId, where: int, *, at: datetime = SINCE, by: UserId | None = None
) -> dict[str, int]:
    """An admission, open, with nothing asked."""
    who = by or await user(engine, f"filing-{next(numbers)}")
    async with db.transaction(engine) as conn:
        made = await movements.add_episode(conn, whom, kind=EpisodeKind.CUSTODY, commitment=ACT, by=who)
        asked = await admissions.open_one(conn, whom, episode=made, at=at)
    first = await movement(engine, whom, made, "admission", at=at, where=where, by=who)
    return {"episode_id": made, "movement_id": first, "admission_id": asked}


async def movement(
    engine: AsyncEngine,
    whom: PersonId,
    under: int,
    kind: str,
    *,
    at: datetime,
    by: UserId,
    where: int | None = None,
) -> int:
    """Written past the rules, folded like any other."""
    institution = None if where is None else InstitutionId(where)
    regime = Regime.ORDINARY if where else None
    new = Movement(rules.NEW, EpisodeId(under), Kind(kind), at, institution, regime)
    async with db.transaction(engine) as conn:
        made = await movements.add(conn, new, person=whom, by=by)
        spans = rules.fold(await movements.movements_of(conn, whom))
        await movements.write_stays(conn, whom, folded=rules.stays(spans))
    return made


async def place(engine: AsyncEngine, where: int, *, capacity: int = 10, unit: int | None = None) -> int:
    async with db.transaction(engine) as conn:
        name = f"{next(numbers)}-boʻlinma"
        inside = None if unit is None else PlaceId(unit)
        return await places.add_place(conn, InstitutionId(where), name=name, capacity=capacity, unit=inside)


async def child(engine: AsyncEngine, whom: PersonId, born_on: date = date(2020, 2, 29)) -> int:
    who = await user(engine, f"filing-{next(numbers)}")
    async with db.transaction(engine) as conn:
        return await admissions.add_child(conn, whom, child=Child(0, born_on, "Namuna", "buvisi"), by=who)


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    whom, where = PersonId(made["person_id"]), made["institution_id"]
    return await episode(engine, whom, where) | {
        "place_id": await place(engine, where),
        "child_id": await child(engine, whom),
    }
