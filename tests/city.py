"""One person with an order, a zone, a device, fixes with a gap, and an alert that cites some of them."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from core import clock
from core.clock import to_us

FIX = """
insert into fixes (device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat, accuracy_m,
    speed_mps, battery, mechanism, flags)
values ($1, $2, $3, $4, $4, $4, $5, $6, 12, 1.4, 80, 1, 0)
"""


@dataclass(frozen=True, slots=True)
class City:
    ids: dict[str, int]

    @property
    def person(self) -> int:
        return self.ids["person_id"]

    @property
    def alert(self) -> int:
        return self.ids["alert_id"]


async def build(engine: AsyncEngine, conn: asyncpg.Connection) -> City:
    ids = await files.everything(engine)
    await conn.execute("create table if not exists fixes_of_tests partition of fixes default")
    cited = await walk(conn, ids, end=clock.now())
    told = {
        "policy": "test",
        "posterior": 0.997,
        "term": {
            "condition": ids["condition_id"],
            "kind": "curfew",
            "zone": ids["zone_id"],
            "zone_version": 1,
        },
        "fixes": cited,
        "why": "fix",
    }
    await conn.execute("update breaches set opening = $1", json.dumps(told))
    return City(ids)


async def walk(conn: asyncpg.Connection, ids: dict[str, int], *, end: datetime) -> list[dict[str, Any]]:
    """Half an hour, silent for ten minutes in between; the last fixes as evidence cites them."""
    cited = []
    for number in range(1, 31):
        minutes = 30 - number + (10 if number < 15 else 0)
        at = end - timedelta(minutes=minutes)
        lon, lat = 69.24 + number * 2e-4, 41.30 + number * 1e-4
        await conn.execute(FIX, ids["device_id"], number, ids["person_id"], at, lon, lat)
        cited.append(
            {
                "device": ids["device_id"],
                "sequence": number,
                "taken_us": to_us(at),
                "distance_m": 40.0 + number,
                "accuracy_m": 12.0,
                "is_assumed": number == 30,
            }
        )
    return cited[-4:]
