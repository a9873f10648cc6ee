"""Fixes of days that have left the table, read from their files: for the other modules of this store only.

Whoever reads both places reads the table first: a day that moves meanwhile is then seen twice, never not."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from datetime import date
from importlib import import_module
from typing import Final

import asyncpg
import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import from_us, to_us
from core.model import PersonId
from tracking import fixes as columns
from tracking.fixes import Fixes
from tracking.store import partitions, parts
from tracking.store.parts import Part

DAY_US: Final = 86_400_000_000
NONE: Final = columns.of(())
Cited = tuple[int, int, int]
"""Device, sequence, moment: what names a report."""
LAST_US: Final = 253_402_300_799_000_000
"""The last second that a calendar knows: "until now"."""

# What these people ever wore.
_WORN: Final = "select distinct device_id from wearings where person_id = any($1::bigint[])"

# Since when does any of them wear anything?
_FIRST_WORN: Final = """
select min(coalesce(lower(during), to_timestamp(0))) from wearings where person_id = any($1::bigint[])
"""


async def of_people(
    conn: asyncpg.Connection, people: Collection[PersonId], *, since_us: int, until_us: int = LAST_US
) -> Fixes:
    """Of [since, until), from whatever devices they wore."""
    listed = await parts.of_days(conn, *days(since_us, until_us))
    if not listed:
        return NONE
    devices = [row["device_id"] for row in await conn.fetch(_WORN, list(people))]
    found = await whole(listed, devices, since_us=since_us, until_us=until_us)
    return found.take(np.isin(found.person, list(people)))


async def since(conn: asyncpg.Connection, moments: Mapping[PersonId, int]) -> Fixes:
    """Each person's from a moment of theirs on; only whose moment lies in the days of files is looked for."""
    listed = await parts.of_days(conn, *days(min(moments.values(), default=LAST_US), LAST_US))
    over_us = max((to_us(partitions.midnight(p.day)) + DAY_US for p in listed), default=0)
    old = {person: since_us for person, since_us in moments.items() if since_us < over_us}
    if not old:
        return NONE
    found = await of_people(conn, old, since_us=min(old.values()))
    since_us = np.array([old[PersonId(person)] for person in found.person.tolist()], np.int64)
    return found.take(found.taken_us >= since_us)


async def heard(conn: asyncpg.Connection, people: Collection[PersonId]) -> set[PersonId]:
    """Of which of these people is a fix in a file? New people cost nothing: no file is as old as theirs."""
    first = await conn.fetchval(_FIRST_WORN, list(people))
    found = NONE if first is None else await of_people(conn, people, since_us=to_us(first))
    return {PersonId(person) for person in np.unique(found.person).tolist()}


def once(fixes: Fixes) -> Fixes:
    """Each fix once, though a day that moves at this moment was seen in both places."""
    order = np.lexsort((fixes.sequence, fixes.taken_us, fixes.device))
    keys = np.stack([column[order] for column in (fixes.device, fixes.taken_us, fixes.sequence)])
    is_new = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))[: len(fixes)]
    return fixes.take(order[is_new])


async def of_devices(
    conn: asyncpg.Connection, devices: Iterable[int], *, since_us: int, until_us: int
) -> Fixes:
    """Of [since, until), whoever wore them."""
    listed = await parts.of_days(conn, *days(since_us, until_us))
    return await whole(listed, devices, since_us=since_us, until_us=until_us)


async def cited(conn: asyncpg.Connection, marks: Collection[Cited]) -> Fixes:
    """The fixes that these marks name."""
    return await _named(await parts.of_days(conn, *_span(marks)), marks)


async def of_marks(conn: AsyncConnection, marks: Collection[Cited]) -> Fixes:
    """The same on a connection for the records."""
    return await _named(await parts.listed(conn, *_span(marks)), marks)


def _span(marks: Collection[Cited]) -> tuple[date, date]:
    taken = [taken_us for _, _, taken_us in marks]
    return from_us(min(taken)).date(), from_us(max(taken)).date()


async def _named(listed: Iterable[Part], marks: Collection[Cited]) -> Fixes:
    """Only of the days that are named: between the first and the last may lie a year."""
    of_day: dict[date, set[Cited]] = defaultdict(set)
    for mark in marks:
        of_day[from_us(mark[2]).date()].add(mark)
    found = []
    for part in listed:
        named = of_day.get(part.day, set())
        taken = [taken_us for _, _, taken_us in named] or [0]
        devices = {device for device, _, _ in named}
        some = await whole([part], devices, since_us=min(taken), until_us=max(taken) + 1)
        found.append(_chosen(some, named))
    return columns.concat(found)


def _chosen(fixes: Fixes, named: Collection[Cited]) -> Fixes:
    keys = zip(fixes.device.tolist(), fixes.sequence.tolist(), fixes.taken_us.tolist(), strict=True)
    return fixes.take(np.fromiter((key in named for key in keys), bool, len(fixes)))


def days(since_us: int, until_us: int) -> tuple[date, date]:
    """The first and last day of [since, until)."""
    return from_us(since_us).date(), from_us(min(max(until_us - 1, since_us), LAST_US)).date()


async def whole(listed: Collection[Part], devices: Iterable[int], *, since_us: int, until_us: int) -> Fixes:
    return columns.concat([one async for one in read(listed, devices, since_us=since_us, until_us=until_us)])


async def read(
    listed: Collection[Part], devices: Iterable[int], *, since_us: int, until_us: int
) -> AsyncIterator[Fixes]:
    """Part after part; files are read in a thread."""
    wanted = np.unique(np.fromiter(devices, np.int64))
    for part in listed:
        inside = wanted[(wanted >= part.first_device) & (wanted <= part.last_device)]
        if len(inside):
            files = import_module("tracking.store.parquet")
            for fixes in await asyncio.to_thread(
                files.read, part, devices=inside, since_us=since_us, until_us=until_us
            ):
                yield fixes
