"""The devices and wearings of the whole platform, as the worker keeps them in memory."""

from typing import Final

import asyncpg

from core.clock import to_us
from core.model import DeviceId, PersonId
from tracking.directory import FOREVER_US, Device, Directory, Wearing
from tracking.sharding import WHOLE, Shard

_DEVICES: Final = "select id, serial, protocol from devices"

# Who wore what, and when; an open end is null.
_WEARINGS: Final = """
select device_id, person_id, lower(during) as since, upper(during) as until
from wearings
"""


async def load(conn: asyncpg.Connection, shard: Shard = WHOLE) -> Directory:
    devices = [Device(DeviceId(r["id"]), r["serial"], r["protocol"]) for r in await conn.fetch(_DEVICES)]
    wearings = [
        Wearing(
            DeviceId(r["device_id"]),
            PersonId(r["person_id"]),
            0 if r["since"] is None else to_us(r["since"]),
            FOREVER_US if r["until"] is None else to_us(r["until"]),
        )
        for r in await conn.fetch(_WEARINGS)
    ]
    return Directory.of(devices, wearings, shard=shard)
