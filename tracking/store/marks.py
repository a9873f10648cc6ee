"""Checkpoints of which sequences are stored, and what came after the last one."""

from collections.abc import Mapping
from typing import Final

import asyncpg
import msgspec
import numpy as np

from core.clock import from_us, to_us
from core.model import DeviceId
from tracking import rules
from tracking.directory import Directory
from tracking.fixes import I8
from tracking.marks import Marks
from tracking.model import Mark
from tracking.sharding import WHOLE, Shard

# The checkpoints.
_LOAD: Final = """
select m.device_id, m.stored::text, m.contact_at
from marks m
where $1::bigint[] is null or m.device_id = any($1)
"""

# Up to which moment are a shard's checkpoints complete? If it is new: those of the shards there were.
_AS_OF: Final = """
select coalesce(
    (select as_of from mark_rounds where (shards, shard) = ($1, $2)),
    (
        select max(whole.as_of)
        from (select min(as_of) as as_of from mark_rounds group by shards having count(*) = shards) whole
    )
)
"""

_ROUND: Final = """
insert into mark_rounds (shards, shard, as_of)
values ($1, $2, $3)
on conflict (shards, shard) do update set as_of = excluded.as_of
"""

# What devices reported since: the part of the marks that a crash took.
_SINCE: Final = """
select r.device_id, d.protocol, array_agg(r.sequence) as numbers, max(r.received_at) as contact_at
from (
    select device_id, sequence, received_at from fixes where received_at >= $1
    union all
    select device_id, sequence, received_at from device_events where received_at >= $1
) r
join devices d on d.id = r.device_id
where $2::bigint[] is null or r.device_id = any($2)
group by r.device_id, d.protocol
"""

_SAVE: Final = """
insert into marks (device_id, stored, contact_at)
select device, stored::jsonb, contact_at
from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as m (device, stored, contact_at)
on conflict (device_id) do update
set stored = excluded.stored, contact_at = excluded.contact_at
"""

# The same of devices whose numbers have no hole: all from the first on, or none of those that do not count.
_SAVE_USUAL: Final = """
insert into marks (device_id, stored, contact_at)
select device,
    case when last = 0 then '[]' else jsonb_build_array(jsonb_build_array($4::bigint, last)) end,
    timestamptz 'epoch' + contact_us * interval '1 microsecond'
from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as m (device, last, contact_us)
on conflict (device_id) do update
set stored = excluded.stored, contact_at = excluded.contact_at
"""


async def load(conn: asyncpg.Connection, directory: Directory | None = None) -> tuple[Marks, int, I8]:
    """The marks as of this moment, rolled forward over what was stored since the checkpoint; its time; and
    the devices of which it knew less: the next round has to save them. With a directory those of its shard.
    """
    shard = directory.shard if directory else WHOLE
    own = list(directory.ids) if directory and shard.count > 1 else None
    as_of = await conn.fetchval(_AS_OF, shard.count, shard.number) or from_us(0)
    marks = dict[DeviceId, Mark]()
    for row in await conn.fetch(_LOAD, own):
        stored = tuple((first, last) for first, last in msgspec.json.decode(row["stored"]))
        marks[DeviceId(row["device_id"])] = Mark(stored, to_us(row["contact_at"]))
    since = await conn.fetch(_SINCE, as_of, own)
    for row in since:
        device = DeviceId(row["device_id"])
        numbers = sorted(row["numbers"]) if row["protocol"] == "ejazo" else ()
        marks[device] = rules.heard(marks.get(device, Mark()), numbers, at_us=to_us(row["contact_at"]))[0]
    return Marks.of(marks), to_us(as_of), np.array([row["device_id"] for row in since], np.int64)


async def save(conn: asyncpg.Connection, marks: Mapping[DeviceId, Mark]) -> None:
    if marks:
        await conn.execute(
            _SAVE,
            list(marks),
            [msgspec.json.encode(m.stored).decode() for m in marks.values()],
            [from_us(m.contact_us) for m in marks.values()],
        )


async def save_some(conn: asyncpg.Connection, marks: Marks, devices: I8) -> None:
    """The marks of these."""
    holed = devices[np.isin(devices, list(marks.holed))]
    usual = devices[np.isin(devices, holed, invert=True)]
    if len(usual):
        given = usual, marks.last[usual], marks.contact_us[usual]
        await conn.execute(_SAVE_USUAL, *(column.tolist() for column in given), rules.FIRST)
    await save(conn, {DeviceId(device): marks[DeviceId(device)] for device in holed.tolist()})


async def save_round(conn: asyncpg.Connection, shard: Shard, *, as_of_us: int) -> None:
    """Everything that the shard received before is stored and contained in the saved marks."""
    await conn.execute(_ROUND, shard.count, shard.number, from_us(as_of_us))
