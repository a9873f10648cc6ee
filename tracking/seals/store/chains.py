"""The worker's part: keys, how far chains have come, what broke them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg
import msgspec
import numpy as np

from core.clock import from_us
from core.model import DeviceId
from tracking.seals.chains import LINK, Links, Name
from tracking.seals.model import Broken, Chain, Line, Span, device_of, way_of

# Every key, when it ends, and what is demanded of its device now.
_KEYS: Final = """
select k.device_id, d.serial, k.number, k.sealed,
    (
        select min(e.ends_at)
        from device_key_endings e
        where (e.device_id, e.number) = (k.device_id, k.number)
    ) as ends_at,
    (
        select s.demand
        from device_seal_demands s
        where s.device_id = k.device_id
        order by s.entry desc
        limit 1
    ) as demand
from device_keys k
join devices d on d.id = k.device_id and d.protocol = 'ejazo'
order by k.device_id, k.number
"""

_CHAINS: Final = "select line, key, spans::text from seal_chains"
_PACKED: Final = "select packed from seal_tops union all select packed from seal_links"
_LINK: Final = "insert into seal_links (shard, packed) values ($1, $2)"

_SAVE: Final = """
insert into seal_chains (line, key, spans)
select line, key, spans::jsonb
from unnest($1::bigint[], $2::smallint[], $3::text[]) as c (line, key, spans)
on conflict (line, key) do update set spans = excluded.spans
"""

_TOPS: Final = """
insert into seal_tops (shard, packed, made_at)
values ($1, $2, $3)
on conflict (shard) do update set packed = excluded.packed, made_at = excluded.made_at
"""

# What the checkpoint holds need not be read again.
_FORGET: Final = "delete from seal_links where shard = $1"


class Kept(NamedTuple):
    """A key as it lies in the database."""

    device: DeviceId
    serial: str
    number: int
    sealed: bytes
    ends_at: datetime | None
    demand: str | None


async def keys(conn: asyncpg.Connection) -> list[Kept]:
    return [Kept(DeviceId(row[0]), *row[1:]) for row in await conn.fetch(_KEYS)]


async def chains(conn: asyncpg.Connection) -> dict[Name, Chain]:
    """Those that did not simply go on, as of when they last did not."""
    return {
        (Line(row[0]), row[1]): tuple(Span(*one) for one in msgspec.json.decode(row[2]))
        for row in await conn.fetch(_CHAINS)
    }


async def links(conn: asyncpg.Connection) -> Links:
    """How far all have come, several times each, in no order."""
    packed = [np.frombuffer(row[0], LINK) for row in await conn.fetch(_PACKED)]
    return np.concatenate(packed) if packed else np.zeros(0, LINK)


async def link(conn: asyncpg.Connection, shard: str, *, links: Links) -> None:
    if len(links):
        await conn.execute(_LINK, shard, links.tobytes())


async def save(conn: asyncpg.Connection, changed: Mapping[Name, Chain]) -> None:
    if changed:
        spans = [
            [(s.first, s.last, s.before, s.tag, s.since_us, s.is_told) for s in chain]
            for chain in changed.values()
        ]
        await conn.execute(
            _SAVE,
            [line for line, _ in changed],
            [key for _, key in changed],
            [msgspec.json.encode(one).decode() for one in spans],
        )


async def checkpoint(conn: asyncpg.Connection, shard: str, *, links: Links, now: datetime) -> None:
    """By the only writer of the shard's links."""
    async with conn.transaction():
        await conn.execute(_TOPS, shard, links.tobytes(), now)
        await conn.execute(_FORGET, shard)


async def broken(conn: asyncpg.Connection, found: Sequence[Broken]) -> None:
    if found:
        await conn.copy_records_to_table(
            "seal_breaks",
            records=[
                (
                    device_of(b.line),
                    way_of(b.line).name.lower(),
                    b.key,
                    b.kind.value,
                    from_us(b.received_us),
                    b.first,
                    b.last,
                    b.count,
                )
                for b in found
            ],
            columns=("device_id", "way", "key", "kind", "received_at", "first", "last", "count"),
        )
