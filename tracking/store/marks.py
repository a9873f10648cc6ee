"""Checkpoints of which sequences are stored, and what came after the last one."""

from collections.abc import Mapping
from typing import Final

import asyncpg
import msgspec

from core.clock import from_us, to_us
from core.model import DeviceId
from tracking import rules
from tracking.marks import Marks
from tracking.model import Mark

# The checkpoints, and the moment up to which all of them together are complete.
_LOAD: Final = "select device_id, stored::text, contact_at, max(as_of) over () as as_of from marks"

# What devices reported since: the part of the marks that a crash took.
_SINCE: Final = """
select r.device_id, d.protocol, array_agg(r.sequence) as numbers, max(r.received_at) as contact_at
from (
    select device_id, sequence, received_at from fixes where received_at >= $1
    union all
    select device_id, sequence, received_at from device_events where received_at >= $1
) r
join devices d on d.id = r.device_id
group by r.device_id, d.protocol
"""

_SAVE: Final = """
insert into marks (device_id, stored, contact_at, as_of)
select device, stored::jsonb, contact_at, $4
from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as m (device, stored, contact_at)
on conflict (device_id) do update
set stored = excluded.stored, contact_at = excluded.contact_at, as_of = excluded.as_of
"""


async def load(conn: asyncpg.Connection) -> tuple[Marks, int]:
    """The marks as of this moment, rolled forward over what was stored since the checkpoint, and its time."""
    marks, as_of = dict[DeviceId, Mark](), from_us(0)
    for row in await conn.fetch(_LOAD):
        stored = tuple((first, last) for first, last in msgspec.json.decode(row["stored"]))
        marks[DeviceId(row["device_id"])] = Mark(stored, to_us(row["contact_at"]))
        as_of = row["as_of"]
    for row in await conn.fetch(_SINCE, as_of):
        device = DeviceId(row["device_id"])
        numbers = sorted(row["numbers"]) if row["protocol"] == "ejazo" else ()
        marks[device] = rules.heard(marks.get(device, Mark()), numbers, at_us=to_us(row["contact_at"]))[0]
    return Marks.of(marks), to_us(as_of)


async def save(conn: asyncpg.Connection, marks: Mapping[DeviceId, Mark], *, as_of_us: int) -> None:
    """`as_of_us`: everything received before it is stored and contained in these marks or in saved ones."""
    if marks:
        await conn.execute(
            _SAVE,
            list(marks),
            [msgspec.json.encode(m.stored).decode() for m in marks.values()],
            [from_us(m.contact_us) for m in marks.values()],
            from_us(as_of_us),
        )
