"""A search that named the person."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.geo import LonLat
from core.model import DeviceId, PersonId
from files import numbers
from geofence.searches import store
from geofence.searches.model import Asked, Named


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    by, now = await user(engine, f"searcher-{next(numbers)}"), clock.now()
    asked = Asked(LonLat(69.2, 41.3), 300, now - timedelta(hours=1), now, "1-1/2026", "theft", 0.1)
    who = PersonId(made["person_id"]), DeviceId(made["device_id"])
    named = Named(
        *who, 7, now, 12.0, 10.0, is_assumed=False, confidence=0.9, fixes=1, first_at=now, last_at=now
    )
    async with db.transaction(engine) as conn:
        given = {"by": by, "at": now, "policy": "test", "algorithm": "1+test", "named": [named]}
        return {"search_id": await store.add(conn, asked, **given)}
