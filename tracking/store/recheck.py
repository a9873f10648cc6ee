"""Every fix again, from the table or from files, against the windows that were sealed (ADR-0028)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from importlib import import_module
from itertools import pairwise
from typing import Any, Final

import asyncpg
import numpy as np
from numpy.typing import NDArray

from core.clock import to_us
from core.ledger.model import Break, What
from tracking import aids, canonical, fixes
from tracking.fixes import Fixes
from tracking.store import copyout, partitions, parts, past, windows
from tracking.store.parts import DamagedError, Part

ROWS: Final = 262_144
STREAM: Final = "fixes"
MOST: Final = 20
"""Broken windows of a day whose rows are looked for."""

_DAYS: Final = "select distinct day from fix_windows order by day"
_WINDOWS: Final = "select id, since, until, rows, digest from fix_windows where day = $1 order by since"
_AID: Final = "select aid from fix_window_aids where window_id = $1"


@dataclass(slots=True)
class Windows:
    """A day's windows, in the order of time, and the digests of what is there now."""

    ids: list[int]
    since_us: NDArray[np.int64]
    until_us: NDArray[np.int64]
    rows: NDArray[np.int64]
    digests: list[bytes]
    sealed_us: int
    """Up to where everything is sealed."""
    counted: NDArray[np.int64]
    hashed: dict[int, Any] = field(default_factory=dict)
    strays: list[Fixes] = field(default_factory=list)
    """Received when, as it was sealed, nothing of that day was."""
    unsealed: int = 0

    @classmethod
    def of(cls, rows: list[asyncpg.Record], *, sealed: datetime) -> "Windows":
        def moments(name: str) -> NDArray[np.int64]:
            return np.array([to_us(row[name]) for row in rows], np.int64)

        return cls(
            [row["id"] for row in rows],
            moments("since"),
            moments("until"),
            np.array([row["rows"] for row in rows], np.int64),
            [row["digest"] for row in rows],
            to_us(sealed),
            np.zeros(len(rows), np.int64),
        )

    def take(self, some: Fixes) -> None:
        """Fixes in the order of the key."""
        late = some.received_us >= self.sealed_us
        self.unsealed += int(late.sum())
        some = some.take(~late) if late.any() else some
        at = self.place(some)
        if (at < 0).any():
            self.strays.append(some.take(at < 0))
            some, at = some.take(at >= 0), at[at >= 0]
        order = np.argsort(at, kind="stable")
        at, table = at[order], canonical.rows(some)[order]
        edges = [*np.flatnonzero(np.diff(at, prepend=-1)).tolist(), len(at)]
        for first, last in pairwise(edges):
            self.hashed.setdefault(int(at[first]), sha256()).update(table[first:last].tobytes())
        self.counted += np.bincount(at, minlength=len(self.ids))

    def place(self, some: Fixes) -> NDArray[np.intp]:
        """Of each fix the window, or -1."""
        at = np.searchsorted(self.since_us, some.received_us, side="right") - 1
        within = some.received_us < self.until_us[at] if len(self.ids) else np.zeros(len(at), bool)
        return np.where((at >= 0) & within, at, -1)

    def broken(self) -> list[int]:
        return [
            n
            for n, digest in enumerate(self.digests)
            if self.counted[n] != self.rows[n] or self.hashed[n].digest() != digest
        ]


@dataclass(slots=True)
class Rechecked:
    good: int = 0
    unsealed: int = 0
    forgotten: int = 0
    """Days that are older than what is kept."""
    breaks: list[Break] = field(default_factory=list)


async def recheck(conn: asyncpg.Connection, *, kept_since: date) -> Rechecked:
    """Within a transaction that reads one moment. Days before `kept_since` may be gone."""
    found, sealed = Rechecked(), await windows.sealed_until(conn)
    if sealed is None:
        return found
    days = {row["day"] for row in await conn.fetch(_DAYS)} | await partitions.days(conn)
    for day in sorted(days):
        rows = await conn.fetch(_WINDOWS, day)
        held = Windows.of(rows, sealed=sealed)
        try:
            is_there = await _read(conn, day, held.take)
        except DamagedError as why:
            found.breaks.append(Break(What.UNREADABLE, STREAM, place=f"{day} {why}"))
            continue
        if not is_there and day < kept_since:
            found.forgotten += 1
            continue
        found.unsealed += held.unsealed
        broken = held.broken()
        found.good += int(held.counted.sum()) - int(held.counted[broken].sum())
        for one in _strays(held):
            found.breaks.append(one)
        for number in broken[:MOST]:
            found.breaks += await _named(conn, day, held, number)
        if more := len(broken[MOST:]):
            found.breaks.append(Break(What.CHANGED, STREAM, place=f"{day}, {more} more windows"))
    return found


def _strays(held: Windows) -> list[Break]:
    return [
        Break(What.INSERTED, STREAM, _key(*key))
        for some in held.strays
        for key in zip(some.device.tolist(), some.taken_us.tolist(), some.sequence.tolist(), strict=True)
    ]


async def _named(conn: asyncpg.Connection, day: date, held: Windows, number: int) -> list[Break]:
    """The rows of one broken window, where its aid is there."""
    place = f"window {held.ids[number]}"
    packed = await conn.fetchval(_AID, held.ids[number])
    if packed is None:
        what = f"{int(held.counted[number])} rows instead of {int(held.rows[number])}"
        return [Break(What.CHANGED, STREAM, place=f"{day}, {place}, {what}")]
    kept: list[Fixes] = []

    def keep(some: Fixes) -> None:
        kept.append(some.take(held.place(some) == number))

    await _read(conn, day, keep)
    before, now = aids.unpack(packed).keyed(), aids.of(fixes.concat(kept)).keyed()
    found = [
        Break(_what(before.get(key), now.get(key)), STREAM, _key(*key), place)
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
    return found or [Break(What.NOTES, STREAM, place=f"{day}, {place}")]


def _what(before: int | None, now: int | None) -> What:
    if before is None:
        return What.INSERTED
    return What.MISSING if now is None else What.CHANGED


def _key(device: int, taken_us: int, sequence: int) -> str:
    return f"({device}, {np.datetime64(taken_us, 'us')}Z, {sequence})"


async def _read(conn: asyncpg.Connection, day: date, take: Callable[[Fixes], None]) -> bool:
    """All fixes of a day in the order of the key; whether there is a table or a file of it."""
    in_table = day in await partitions.days(conn)
    files = await parts.of_days(conn, day, day)
    table = partitions.name(day)
    if in_table and files:  # on its way into files, or late reports came for them
        kept: list[Fixes] = []
        await copyout.stream(conn, table, kept.append, rows=ROWS)
        kept += [some async for some in _groups(files)]
        take(past.once(fixes.concat(kept)))
    elif in_table:
        await copyout.stream(conn, table, take, rows=ROWS)
    else:
        async for some in _groups(files):
            take(some)
    return in_table or bool(files)


async def _groups(listed: list[Part]) -> AsyncIterator[Fixes]:
    parquet = import_module("tracking.store.parquet")
    for part in listed:
        await asyncio.to_thread(parquet.verify, part)
        for some in parquet.groups(part):
            yield some
