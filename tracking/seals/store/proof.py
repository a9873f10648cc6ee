"""What a bundle for a court says of seals, read at its own moment."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import asyncpg

from core.model import DeviceId
from tracking.seals.model import Break, Demand, Held, Recorded, Standing

# What is demanded of these devices now?
_DEMANDS: Final = """
select distinct on (device_id) device_id, demand
from device_seal_demands
where device_id = any($1::bigint[])
order by device_id, entry desc
"""

# Their keys, each with its earliest end.
_KEYS: Final = """
select k.device_id, k.number, k.made_at, min(e.ends_at)
from device_keys k
left join device_key_endings e on (e.device_id, e.number) = (k.device_id, k.number)
where k.device_id = any($1::bigint[])
group by k.device_id, k.number, k.made_at
order by k.device_id, k.number
"""

# What broke their chains from a moment on.
_BREAKS: Final = """
select device_id, kind, way, key, received_at, first, last, count
from seal_breaks
where device_id = any($1::bigint[]) and received_at >= $2
order by entry
"""


async def standings(
    conn: asyncpg.Connection, devices: Collection[DeviceId], *, since: datetime
) -> Mapping[DeviceId, Standing]:
    demands = {row[0]: Demand(row[1]) for row in await conn.fetch(_DEMANDS, devices)}
    keys, breaks = defaultdict[int, list[Held]](list), defaultdict[int, list[Recorded]](list)
    for device, *rest in await conn.fetch(_KEYS, devices):
        keys[device].append(Held(*rest))
    for device, kind, *rest in await conn.fetch(_BREAKS, devices, since):
        breaks[device].append(Recorded(Break(kind), *rest))
    return {one: Standing(demands.get(one), tuple(keys[one]), tuple(breaks[one])) for one in devices}
