"""A bond of a member of staff with this person, and a mark that the person is widely known."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.model import PersonId, UserId
from files import numbers
from inmates.bonds import store as bonds
from inmates.bonds.model import Kind
from inmates.renown import store as renown


async def bond(engine: AsyncEngine, who: UserId, whom: PersonId, kind: Kind = Kind.KIN) -> int:
    async with db.transaction(engine) as conn:
        return await bonds.add(conn, who, whom, kind=kind, words="", by=who, at=clock.now())


async def mark(engine: AsyncEngine, whom: PersonId, *, by: UserId) -> int:
    now = clock.now()
    async with db.transaction(engine) as conn:
        return await renown.add(conn, whom, why="a singer", by=by, at=now, ends_at=now + timedelta(days=9))


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    who, whom = await user(engine, f"bound-{next(numbers)}"), PersonId(made["person_id"])
    return {"bond_id": await bond(engine, who, whom), "renown_id": await mark(engine, whom, by=who)}
