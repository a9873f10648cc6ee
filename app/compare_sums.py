"""What the database holds of a crowd's reports: counted and summed by device, where they lie."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import asyncpg

from simulators.counting import StoredSum
from simulators.crowd.sums import EAST, FACTOR, NORTH, PRIME
from simulators.ledger import Ledger, Sum

EXPECTED: Final = """
-- What was said: see the ledger's sums. On commit nothing of it is left.
create temporary table said (device_id bigint primary key, first bigint, last bigint, acked bigint)
on commit drop
"""

DEVICES: Final = """
-- Which devices bear these serial numbers?
select id, serial from devices where serial = any($1)
"""

_WHEN: Final = f"""
((f.sequence % {PRIME} * {FACTOR} + round(date_part('epoch', f.taken_at) * 1e6)::bigint % {PRIME}) % {PRIME})
"""
_WHERE: Final = f"""
(((round(f.lon * 1e7)::bigint + {EAST}) * {FACTOR} + round(f.lat * 1e7)::bigint + {NORTH}) % {PRIME})
"""

SUMS: Final = f"""
-- How many rows of each device lie in its range, and what is their sum?
select f.device_id, count(*), count(*) filter (where f.sequence <= s.acked),
    sum(({_WHEN} * (({_WHEN} + {_WHERE}) % {PRIME}) % {PRIME})::int)
from said s join fixes f on f.device_id = s.device_id
where f.sequence between s.first and s.last and f.taken_at between $1 and $2
group by f.device_id
"""  # noqa: S608 - numbers of our own

DISTINCT: Final = """
-- And how many different numbers, of the devices whose rows are not what was said?
select f.device_id, count(distinct f.sequence),
    count(distinct f.sequence) filter (where f.sequence <= s.acked)
from said s join fixes f on f.device_id = s.device_id
where s.device_id = any($3) and f.sequence between s.first and s.last and f.taken_at between $1 and $2
group by f.device_id
"""


async def stored(
    conn: asyncpg.Connection, ledger: Ledger, since: datetime, until: datetime
) -> list[StoredSum]:
    """Of every device that has any row; a device unknown to the database has none."""
    async with conn.transaction():
        known = {r["id"]: r["serial"] for r in await conn.fetch(DEVICES, list(ledger.sums))}
        await conn.execute(EXPECTED)
        await conn.copy_records_to_table("said", records=_said(ledger, known))
        await conn.execute("analyze said")
        counted = {r[0]: tuple(r)[1:] for r in await conn.fetch(SUMS, since, until)}
        odd = [d for d, row in counted.items() if not _is_as_said(ledger.sums[known[d]], row)]
        exact = {r[0]: tuple(r)[1:] for r in await conn.fetch(DISTINCT, since, until, odd)}
    return [_sum(known[d], row, exact.get(d, row[:2])) for d, row in counted.items()]


def _sum(device: str, row: tuple[int, ...], exact: tuple[int, ...]) -> StoredSum:
    return StoredSum(device, row[0], exact[0], exact[1], row[2])


def _said(ledger: Ledger, known: dict[int, str]) -> Iterable[tuple[int, int, int, int]]:
    return [(d, *ledger.sums[serial][:3]) for d, serial in known.items()]


def _is_as_said(said: Sum, row: tuple[int, ...]) -> bool:
    return row[0] == said.many and row[2] == said.checksum
