"""Fixes out of PostgreSQL by binary COPY, whole columns at a time: no Python object a row."""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import numpy as np

from tracking.fixes import DTYPES, UNKNOWN, Fixes
from tracking.store.pgcopy import EPOCH_US, HEAD, TAIL

# Every row as wide as the next: what is unknown is said as the columns in memory say it.
SELECT: Final = f"""
select device_id::bigint, sequence::bigint, person_id::bigint, taken_at, sent_at, received_at, lon, lat,
    coalesce(accuracy_m, 'NaN'), coalesce(speed_mps, 'NaN'), coalesce(course_deg, 'NaN'),
    coalesce(satellites, {UNKNOWN}::smallint), coalesce(hdop, 'NaN'), coalesce(battery, {UNKNOWN}::smallint),
    mechanism::smallint, flags::integer
"""
_TIMES: Final = ("taken_us", "sent_us", "received_us")
_FORMS: Final = {"mechanism": ">i2", "flags": ">i4"}


def _layout() -> np.dtype[np.void]:
    parts = [("fields", ">i2")]
    for name, kind in DTYPES.items():
        parts += [(f"{name}_size", ">i4"), (name, _FORMS.get(name, np.dtype(kind).newbyteorder(">").str))]
    return np.dtype(parts)


ROW: Final = _layout()


def decode(rows: bytes | bytearray | memoryview) -> Fixes:
    """Whole rows of `SELECT`, without COPY's head and tail."""
    table = np.frombuffer(rows, ROW)
    columns = {name: table[name].astype(kind) for name, kind in DTYPES.items()}
    for name in _TIMES:
        columns[name] += EPOCH_US
    return Fixes(**columns)


class Stream:
    """Gathers what COPY sends and hands it on in a thread, `rows` at a time; COPY waits meanwhile."""

    def __init__(self, take: Callable[[Fixes], None], *, rows: int) -> None:
        self.take, self.size = take, rows * ROW.itemsize
        self.buffer, self.skip = bytearray(), len(HEAD)

    async def __call__(self, chunk: bytes) -> None:
        self.buffer += chunk
        if self.skip and len(self.buffer) >= self.skip:
            del self.buffer[: self.skip]
            self.skip = 0
        while not self.skip and len(self.buffer) >= self.size + len(TAIL):
            await self._hand_on(self.size)

    async def end(self) -> None:
        rest = len(self.buffer) - len(TAIL)
        if self.skip or rest % ROW.itemsize or self.buffer[rest:] != TAIL:
            raise asyncpg.InterfaceError("COPY broke off within a row")
        if rest:
            await self._hand_on(rest)

    async def _hand_on(self, size: int) -> None:
        some = decode(bytes(self.buffer[:size]))
        del self.buffer[:size]
        await asyncio.to_thread(self.take, some)


async def stream(conn: asyncpg.Connection, table: str, take: Callable[[Fixes], None], *, rows: int) -> None:
    """All fixes of a table in the order of the key."""
    said = Stream(take, rows=rows)
    query = f"{SELECT} from {table} order by device_id, taken_at, sequence"
    await conn.copy_from_query(query, output=said, format="binary")
    await said.end()
