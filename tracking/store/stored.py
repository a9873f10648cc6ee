"""Stored fixes as columns: what many people's devices reported since a moment, without an object a fix."""

from collections.abc import Iterable, Mapping
from typing import Final

import asyncpg

from core import columns
from core.clock import from_us, to_us
from core.model import DeviceId, PersonId
from tracking.fixes import DTYPES, Fixes, concat
from tracking.model import DeviceEvent, EventKind
from tracking.store import past

FORMS: Final = {
    "device": "i4", "sequence": "i8", "person": "i4", "taken": "us", "sent": "us", "received": "us",
    "lon": "f8", "lat": "f8", "accuracy": "f4", "speed": "f4", "course": "f4", "satellites": "i2",
    "hdop": "f4", "battery": "i2", "mechanism": "i2", "flags": "i2",
}  # fmt: skip
"""In the order of `Fixes`."""

_FIELDS: Final = """
f.device_id, f.sequence, f.person_id, f.taken_at, f.sent_at, f.received_at, f.lon, f.lat,
    coalesce(f.accuracy_m, 'NaN'), coalesce(f.speed_mps, 'NaN'), coalesce(f.course_deg, 'NaN'),
    coalesce(f.satellites, -1::smallint), coalesce(f.hdop, 'NaN'), coalesce(f.battery, -1::smallint),
    f.mechanism, f.flags
"""

# What was received from a moment on, of everybody.
_RECEIVED: Final = f"select {_FIELDS} from fixes f where f.received_at >= $1"  # noqa: S608 - our own words

# What the devices of many people reported, each since a moment; $3 is the earliest of them.
_SINCE: Final = f"""
select {_FIELDS}
from (
    select distinct n.person_id, n.since, w.device_id
    from unnest($1::bigint[], $2::timestamptz[]) as n (person_id, since)
    join wearings w using (person_id)
) worn
join fixes f using (device_id, person_id)
where f.taken_at >= worn.since and f.taken_at >= $3
"""  # noqa: S608 - our own words

# Events received from a moment on, of everybody.
_EVENTS_RECEIVED: Final = "select * from device_events where received_at >= $1"

# Events of many people, each taken since a moment.
_EVENTS_SINCE: Final = """
select e.*
from unnest($1::bigint[], $2::timestamptz[]) as n (person_id, since)
join device_events e using (person_id)
where e.taken_at >= n.since
"""

# When was a fix of each device last received? Devices without one since $1 are left out.
_LOCATED: Final = """
select device_id::bigint, max(received_at) from fixes where received_at >= $1 group by device_id
"""
_LOCATED_FORMS: Final = {"device": "i8", "at": "us"}

# Of which of these people is any report stored?
_HEARD: Final = """
select distinct w.person_id
from wearings w
where w.person_id = any($1) and (
    exists (select from fixes f where f.device_id = w.device_id and f.person_id = w.person_id)
    or exists (select from device_events e where e.person_id = w.person_id)
)
"""


async def received_since(conn: asyncpg.Connection, moment_us: int) -> Fixes:
    """In no order."""
    return _fixes(await columns.fetch(conn, _RECEIVED, FORMS, from_us(moment_us)))


async def since(conn: asyncpg.Connection, moments: Mapping[PersonId, int]) -> Fixes:
    """Each person's from a moment of theirs on, also from the archive; in no order."""
    given = list(moments), [from_us(at) for at in moments.values()]
    earliest = from_us(min(moments.values(), default=0))
    found = _fixes(await columns.fetch(conn, _SINCE, FORMS, *given, earliest))
    archived = await past.since(conn, moments)
    return past.once(concat([found, archived])) if len(archived) else found


async def events_received_since(conn: asyncpg.Connection, moment_us: int) -> list[DeviceEvent]:
    return [event(row) for row in await conn.fetch(_EVENTS_RECEIVED, from_us(moment_us))]


async def events_since(conn: asyncpg.Connection, moments: Mapping[PersonId, int]) -> list[DeviceEvent]:
    given = list(moments), [from_us(at) for at in moments.values()]
    return [event(row) for row in await conn.fetch(_EVENTS_SINCE, *given)]


async def located(conn: asyncpg.Connection, *, since_us: int) -> columns.Columns:
    """`device`, `at`: when a fix of each device was last received, if since that moment."""
    return await columns.fetch(conn, _LOCATED, _LOCATED_FORMS, from_us(since_us))


async def heard(conn: asyncpg.Connection, people: Iterable[PersonId]) -> set[PersonId]:
    asked = set(people)
    found = {PersonId(row["person_id"]) for row in await conn.fetch(_HEARD, list(asked))}
    return found | await past.heard(conn, asked - found)


def _fixes(found: columns.Columns) -> Fixes:
    return Fixes(*(found[name].astype(dtype) for name, dtype in zip(FORMS, DTYPES.values(), strict=True)))


def event(row: asyncpg.Record) -> DeviceEvent:
    return DeviceEvent(
        device=DeviceId(row["device_id"]),
        sequence=row["sequence"],
        person=PersonId(row["person_id"]),
        taken_us=to_us(row["taken_at"]),
        received_us=to_us(row["received_at"]),
        kind=EventKind(row["kind"]),
        value=row["value"],
        sent_us=to_us(row["sent_at"]),
    )
