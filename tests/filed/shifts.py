"""A sheet handed over by an officer who is posted beside the reader."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from files import numbers, posting
from geofence.shifts import store


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    outgoing = await user(engine, f"outgoing-{next(numbers)}")
    incoming = await user(engine, f"incoming-{next(numbers)}")
    await posting(engine, outgoing, made["institution_id"])
    content: dict[str, list[object]] = {"open": [], "closed": [], "devices": [], "unanswered": []}
    now = clock.now()
    async with db.transaction(engine) as conn:
        given = {"to": incoming, "since": now, "at": now, "note": "", "content": content}
        return {"shift_id": await store.add(conn, outgoing, **given)}
