"""Reports that were answered for and are not there: never readable, given up by their device, or gone."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import asyncpg
import msgspec

from core.clock import from_us
from core.model import DeviceId
from tracking import rules
from tracking.model import Ranges, Report
from tracking.store import past

NEAR_US: Final = 86_400_000_000
"""A device whose clock jumps may have numbered its reports in another order than that of their times."""

# Which numbers of these devices were answered?
_ANSWERED: Final = "select device_id, stored::text from marks where device_id = any($1)"

# Which numbers of a device are stored, whoever wore it?
_STORED: Final = """
select sequence from fixes where device_id = $1 and sequence between $2 and $3 and taken_at between $4 and $5
union all
select sequence from device_events where device_id = $1 and sequence between $2 and $3
"""


async def absent(conn: asyncpg.Connection, reports: Iterable[Report]) -> dict[DeviceId, Ranges]:
    """Of each device, numbers between those of these reports; devices without any are left out."""
    numbers: dict[DeviceId, list[int]] = defaultdict(list)
    moments = []
    for report in reports:
        numbers[report.device].append(report.sequence)
        moments.append(report.taken_us)
    answered = {
        DeviceId(row["device_id"]): tuple((first, last) for first, last in msgspec.json.decode(row["stored"]))
        for row in await conn.fetch(_ANSWERED, list(numbers))
    }
    found: dict[DeviceId, Ranges] = {}
    for device, ranges in answered.items():
        if not rules.without(ranges, numbers[device]):
            continue
        span = min(numbers[device]), max(numbers[device])
        since_us, until_us = min(moments) - NEAR_US, max(moments) + NEAR_US
        near = from_us(since_us), from_us(until_us)
        stored = [row["sequence"] for row in await conn.fetch(_STORED, device, *span, *near)]
        past_ones = await past.of_devices(conn, [device], since_us=since_us, until_us=until_us + 1)
        stored += past_ones.sequence.tolist()
        if missing := rules.without(ranges, {*stored, *numbers[device]}):
            found[device] = missing
    return found
