"""A telephone that opens the person's own page."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.model import PersonId
from files import numbers
from messaging.own import store


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    number = next(numbers)
    by, person = await user(engine, f"enroller-{number}"), PersonId(made["person_id"])
    async with db.transaction(engine) as conn:
        given = {"sealed": b"x", "blind": f"{number}".encode()}
        await store.add(conn, person, **given, by=by, at=clock.now())
    return {}
