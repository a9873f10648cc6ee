"""A file opened in an emergency by somebody from elsewhere, not looked at yet."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db, rule_sets
from core.model import PersonId
from files import numbers
from inmates.glass import service, store
from inmates.glass.model import Asked


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    who, now = await user(engine, f"hurried-{next(numbers)}"), clock.now()
    hour, opens = now + timedelta(hours=1), frozenset({"person:read"})
    async with db.transaction(engine) as conn:
        law = await rule_sets.keep(conn, service.law())
        asked = Asked(who, PersonId(made["person_id"]), "officer", opens, "a reason", now, hour, hour, law)
        return {"break_id": await store.add(conn, asked)}
