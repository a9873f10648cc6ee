"""Fixes and events of devices: written by COPY, each once, and read back in the order of the fold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import asyncpg
import numpy as np
from numpy.typing import NDArray

from core.clock import from_us, to_us
from core.model import DeviceId, PersonId
from tracking.fixes import Fixes
from tracking.model import DeviceEvent, Fix, Flag, Mechanism, Reason, Rejected, Report
from tracking.store import partitions, past, pgcopy, stored

DAY_US: Final = 86_400_000_000
Cited = past.Cited

# Where rows wait whose key may be taken: one staging table a connection, empty at every commit.
_STAGING: Final = "create temp table if not exists fixes_staging (like fixes) on commit delete rows"

# Which of the waiting rows were new?
_FROM_STAGING: Final = """
with taken as (
    insert into fixes select * from fixes_staging on conflict do nothing
    returning device_id, taken_at, sequence
)
select * from taken
"""

# Events are few; the key decides which are new.
_EVENTS: Final = """
insert into device_events (device_id, sequence, person_id, taken_at, sent_at, received_at, kind, value)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[],
    $6::timestamptz[], $7::text[], $8::integer[])
on conflict do nothing
returning device_id, sequence
"""

# What is older than the retention is forgotten; fixes go with their partitions.
_FORGET_EVENTS: Final = "delete from device_events where taken_at < $1"
_FORGET_REJECTED: Final = "delete from rejected where received_at < $1"

# What nobody wore is counted by device: the rows in `rejected` do not say whose they are, and are forgotten.
_DROPPED: Final = """
insert into dropped (device_id, reports, last_at)
select device_id, count(*), max(received_at)
from unnest($1::bigint[], $2::timestamptz[]) as r (device_id, received_at)
group by device_id
on conflict (device_id) do update
set reports = dropped.reports + excluded.reports, last_at = greatest(dropped.last_at, excluded.last_at)
"""

# A person's fixes over a time, from whatever devices they wore.
_FIXES_OF: Final = """
select f.*
from (select distinct device_id from wearings where person_id = $1) worn
join fixes f on f.device_id = worn.device_id
where f.person_id = $1 and f.taken_at >= $2 and f.taken_at < $3
order by f.taken_at, f.device_id, f.sequence
"""

# The same of their devices' events.
_EVENTS_OF: Final = """
select *
from device_events
where person_id = $1 and taken_at >= $2 and taken_at < $3
"""

# Fixes by their whole key; $4 and $5 are the first and last moment among them.
_CITED_FIXES: Final = """
select f.*
from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as n (device_id, sequence, taken_at)
join fixes f using (device_id, sequence, taken_at)
where f.taken_at between $4 and $5
"""

# Events by their key.
_CITED_EVENTS: Final = """
select e.*
from unnest($1::bigint[], $2::bigint[]) as n (device_id, sequence)
join device_events e using (device_id, sequence)
"""


async def insert_fixes(
    conn: asyncpg.Connection, fixes: Fixes, *, certain: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Writes them; of each whether it was new. `certain` rows are believed to be new and go the short way."""
    for _ in range(3):
        try:
            async with conn.transaction():
                return await _insert(conn, fixes, certain)
        except asyncpg.UniqueViolationError:  # belief was wrong: all by the careful way
            certain = np.zeros(len(fixes), bool)
        except asyncpg.CheckViolationError:  # no partition for some day
            await partitions.make(conn, _days(fixes))
    return await _insert(conn, fixes, certain)


async def insert_events(conn: asyncpg.Connection, events: Sequence[DeviceEvent]) -> set[tuple[int, int]]:
    """(device, sequence) of those that were new."""
    if not events:
        return set()
    found = await conn.fetch(
        _EVENTS,
        [e.device for e in events],
        [e.sequence for e in events],
        [e.person for e in events],
        [from_us(e.taken_us) for e in events],
        [from_us(e.sent_us) for e in events],
        [from_us(e.received_us) for e in events],
        [e.kind.value for e in events],
        [e.value for e in events],
    )
    return {(row["device_id"], row["sequence"]) for row in found}


async def insert_rejected(conn: asyncpg.Connection, rejected: Sequence[Rejected]) -> None:
    if rejected:
        await conn.copy_records_to_table(
            "rejected",
            records=[(from_us(r.received_us), r.topic, r.reason.value, r.raw) for r in rejected],
            columns=("received_at", "topic", "reason", "raw"),
        )
    unworn = [r for r in rejected if r.reason is Reason.NOT_WORN]
    if unworn:
        await conn.execute(_DROPPED, [r.device for r in unworn], [from_us(r.received_us) for r in unworn])


async def forget(conn: asyncpg.Connection, before: datetime) -> None:
    """Events and rejected messages from before the retention. The marks stay: no number comes back."""
    await conn.execute(_FORGET_EVENTS, before)
    await conn.execute(_FORGET_REJECTED, before)


async def reports(
    conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int
) -> list[Report]:
    """What a person's devices reported during [since, until), in the order of the fold."""
    period = (person, from_us(since_us), from_us(until_us))
    found: list[Report] = [_fix(row) for row in await conn.fetch(_FIXES_OF, *period)]
    found += (await past.of_people(conn, [person], since_us=since_us, until_us=until_us)).rows()
    found += [stored.event(row) for row in await conn.fetch(_EVENTS_OF, *period)]
    return _once(found)


async def reports_since(
    conn: asyncpg.Connection, moments: Mapping[PersonId, int]
) -> dict[PersonId, list[Report]]:
    """What the devices of many people reported, each from a moment on, in the order of the fold."""
    found: dict[PersonId, list[Report]] = {person: [] for person in moments}
    if moments:
        told: list[Report] = [*(await stored.since(conn, moments)).rows()]
        told += await stored.events_since(conn, moments)
        for report in told:
            found[report.person].append(report)
    return {person: _once(listed) for person, listed in found.items()}


async def cited(conn: asyncpg.Connection, marks: Iterable[Cited]) -> dict[Cited, Report]:
    """The reports that these marks name, as they are stored now; those not stored (any more) are left out."""
    wanted = sorted(set(marks))
    if not wanted:
        return {}
    keys = [device for device, _, _ in wanted], [sequence for _, sequence, _ in wanted]
    taken = [from_us(taken_us) for _, _, taken_us in wanted]
    found: list[Report] = [
        _fix(row) for row in await conn.fetch(_CITED_FIXES, *keys, taken, min(taken), max(taken))
    ]
    found += (await past.cited(conn, wanted)).rows()
    found += [stored.event(row) for row in await conn.fetch(_CITED_EVENTS, *keys)]
    by_mark: dict[Cited, Report] = {(r.device, r.sequence, r.taken_us): r for r in found}
    return {mark: by_mark[mark] for mark in wanted if mark in by_mark}


async def _insert(conn: asyncpg.Connection, fixes: Fixes, certain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    stored = certain.copy()
    if certain.any():
        await _copy(conn, "fixes", fixes.take(certain))
    if not certain.all():
        await conn.execute(_STAGING)
        await conn.execute("truncate fixes_staging")
        await _copy(conn, "fixes_staging", fixes.take(~certain))
        new = {(r["device_id"], to_us(r["taken_at"]), r["sequence"]) for r in await conn.fetch(_FROM_STAGING)}
        for at in np.flatnonzero(~certain).tolist():
            key = (int(fixes.device[at]), int(fixes.taken_us[at]), int(fixes.sequence[at]))
            stored[at] = key in new
            new.discard(key)
    return stored


async def _copy(conn: asyncpg.Connection, table: str, fixes: Fixes) -> None:
    given = pgcopy.columns(fixes)
    rows: Any = memoryview(pgcopy.encode(given))  # a file would be kept by a circle of objects around it
    await conn.copy_to_table(table, source=rows, columns=[column.name for column in given], format="binary")


def _days(fixes: Fixes) -> set[date]:
    return {from_us(day * DAY_US).date() for day in np.unique(fixes.taken_us // DAY_US).tolist()}


def _once(found: Iterable[Report]) -> list[Report]:
    """In the order of the fold; a day that moves into the archive at this moment is seen in both places."""
    by_mark: dict[Cited, Report] = {(r.taken_us, r.device, r.sequence): r for r in found}
    return [by_mark[mark] for mark in sorted(by_mark)]


def _fix(row: asyncpg.Record) -> Fix:
    return Fix(
        device=DeviceId(row["device_id"]),
        sequence=row["sequence"],
        person=PersonId(row["person_id"]),
        taken_us=to_us(row["taken_at"]),
        received_us=to_us(row["received_at"]),
        lon=row["lon"],
        lat=row["lat"],
        accuracy_m=row["accuracy_m"],
        sent_us=to_us(row["sent_at"]),
        speed_mps=row["speed_mps"],
        course_deg=row["course_deg"],
        satellites=row["satellites"],
        hdop=row["hdop"],
        battery=row["battery"],
        mechanism=Mechanism(row["mechanism"]),
        flags=Flag(row["flags"]),
    )
