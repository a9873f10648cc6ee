"""The terms of persons under supervision, put together from orders, conditions, zones, hours and wearings."""

from collections import defaultdict
from collections.abc import Iterable

import asyncpg
import numpy as np
import shapely

from core import columns
from core.clock import from_us, to_us
from core.columns import Columns
from core.model import DeviceId, PersonId
from geofence.model import (
    Absence,
    DayException,
    Hours,
    Shape,
    ShapeKind,
    TakenOff,
    Terms,
)
from geofence.store import assembling
from tracking.directory import FOREVER_US, Wearing

Fingerprints = dict[PersonId, int]
"""One number a person that changes whenever anything their terms are made of changes."""

WORN = """
-- Who wears or wore a device?
select distinct person_id from wearings order by person_id
"""

WEARINGS = """
-- Who wears what from now on?
select person_id, device_id, lower(during) as since, upper(during) as until from wearings
where upper_inf(during) or upper(during) > $1
order by device_id, since
"""

TERMS = """
-- Where do an order, a version of its condition and a version of the zone hold together?
-- All versions of a condition carry the name of the first: a breach goes on through an edit (ADR-0009).
-- $1: these persons, null: everybody.
with versions as (
    select o.person_id, c.id, c.order_id, c.zone_id, c.kind, hashtextextended(c.tz, 0) as tz,
        min(c.id) over (partition by c.order_id, c.number) as condition_id, o.during * c.during as during
    from orders o
    join conditions c on c.order_id = o.id
    where $1::bigint[] is null or o.person_id = any($1)
)
select v.person_id, v.id, v.order_id, v.zone_id, z.version,
    array_position('{exclusion,inclusion,curfew,boundary}', v.kind) as kind, v.tz, v.condition_id,
    coalesce(lower(v.during * z.during), 'epoch') as since,
    coalesce(upper(v.during * z.during), 'infinity') as until
from versions v
join zone_versions z on z.zone_id = v.zone_id and z.during && v.during
"""
TERM_FORMS = {
    "person": "i8", "id": "i8", "order": "i8", "zone": "i8", "version": "i4", "kind": "i4", "tz": "i8",
    "condition": "i8", "since": "us", "until": "us",
}  # fmt: skip

ZONES_OF_TIME = """
-- What are the time zones of these conditions called?
select id, tz from conditions where id = any($1)
"""

TAKEN_OFF = """
-- When were devices taken off these persons, and was another one on them then?
select person_id, device_id, upper(during) as at,
    not exists (
        select from wearings other
        where other.person_id = w.person_id and other.during @> upper(w.during)
    ) as is_bare
from wearings w
where ($1::bigint[] is null or person_id = any($1)) and not upper_inf(during)
order by person_id, at, device_id
"""

SHAPES = """
-- What do these versions of zones look like?
select zone_id, version, shape, st_asbinary(geom) as geom, radius_m
from zone_versions
join unnest($1::bigint[], $2::integer[]) as wanted (zone_id, version) using (zone_id, version)
"""

WINDOWS = """
-- In which weekly hours do these conditions hold? $1 null: all conditions.
select condition_id, weekday, starts, ends from hours where $1::bigint[] is null or condition_id = any($1)
"""
WINDOW_FORMS = {"condition": "i8", "weekday": "i2", "starts": "i2", "ends": "i2"}

EXCEPTIONS = """
-- On which dates do other hours hold? $1 null: of all conditions.
select condition_id, on_date - date '1970-01-01', coalesce(starts, -1), coalesce(ends, -1)
from hour_exceptions
where $1::bigint[] is null or condition_id = any($1)
"""
EXCEPTION_FORMS = {"condition": "i8", "day": "i4", "starts": "i4", "ends": "i4"}

ABSENCES = """
-- Which absences were granted? An absence excuses from the condition, in whatever version it stands, until it
-- is over or was ended. $1 null: of all conditions.
select c.id, coalesce(lower(a.during), 'epoch'),
    least(coalesce(upper(a.during), 'infinity'), coalesce(a.ended_at, 'infinity'))
from absences a
join conditions named on named.id = a.condition_id
join conditions c on (c.order_id, c.number) = (named.order_id, named.number)
where ($1::bigint[] is null or c.id = any($1))
    and coalesce(lower(a.during), '-infinity') < coalesce(a.ended_at, 'infinity')
"""
ABSENCE_FORMS = {"condition": "i8", "since": "us", "until": "us"}

FINGERPRINTS = """
-- Did anything change that somebody's terms are made of? (xmin is new with every version of a row)
with parts as (  -- each hashed with what it is a part of: two conditions on one zone must not cancel it out
    select condition_id as id,
        bit_xor(hashint8extended(
            weekday * 1440 + starts, hashint8extended(xmin::text::bigint, condition_id))) as part
    from hours
    group by condition_id
    union all select condition_id, hashint8extended(id, hashint8extended(xmin::text::bigint, 1))
        from hour_exceptions
    union all select condition_id, hashint8extended(id, hashint8extended(xmin::text::bigint, 2))
        from absences
    union all select c.id, hashint8extended(z.version, hashint8extended(z.xmin::text::bigint, c.id))
        from conditions c join zone_versions z using (zone_id)
    union all select id, hashint8extended(id, hashint8extended(xmin::text::bigint, 3)) from conditions
), facts as (
    select person_id, hashint8extended(id, hashint8extended(xmin::text::bigint, 4)) as fact from wearings
    union all select person_id, hashint8extended(id, hashint8extended(xmin::text::bigint, 5)) from orders
    union all select o.person_id, part
        from parts join conditions c using (id) join orders o on o.id = c.order_id
)
select person_id, bit_xor(fact) as fingerprint
from facts
where person_id in (select person_id from wearings)
group by person_id
"""
FINGERPRINT_FORMS = {"person": "i8", "print": "i8"}

ROOMY = """
-- Joins of a nation's tables go through memory; until the end of this transaction.
select set_config('work_mem', '256MB', true), set_config('jit', 'off', true)
"""


async def roomy(conn: asyncpg.Connection) -> None:
    """For this transaction: what reads everything may use memory for it."""
    await conn.execute(ROOMY)


async def worn(conn: asyncpg.Connection) -> list[PersonId]:
    return [PersonId(row["person_id"]) for row in await conn.fetch(WORN)]


async def wearings(conn: asyncpg.Connection, *, since_us: int) -> list[Wearing]:
    """Those that last, and those to come."""
    return [
        Wearing(
            DeviceId(row["device_id"]),
            PersonId(row["person_id"]),
            to_us(row["since"]) if row["since"] else 0,
            to_us(row["until"]) if row["until"] else FOREVER_US,
        )
        for row in await conn.fetch(WEARINGS, from_us(since_us))
    ]


async def fingerprints(conn: asyncpg.Connection) -> Fingerprints:
    found = await columns.fetch(conn, FINGERPRINTS, FINGERPRINT_FORMS)
    return dict(zip(map(PersonId, found["person"].tolist()), found["print"].tolist(), strict=True))


async def terms(conn: asyncpg.Connection, people: Iterable[PersonId] | None) -> dict[PersonId, Terms]:
    """All terms these persons have or had, oldest first; nobody is left out. None: of everybody who has some.

    What is equal is one object: shapes, hours and absences of a nation are far fewer than its terms."""
    wanted = None if people is None else list(people)
    cut = await columns.fetch(conn, TERMS, TERM_FORMS, wanted)
    order = np.lexsort((cut["id"], cut["since"], cut["person"]))
    rows = {name: column[order] for name, column in cut.items()}
    of = None if wanted is None else np.unique(rows["id"]).tolist()
    shapes = await _shapes(conn, rows)
    hours = await _hours(conn, rows, of)
    made = assembling.made(rows, shapes=shapes, hours=hours, absences=await _absences(conn, of))
    found: dict[PersonId, Terms] = dict.fromkeys(wanted or (), ())
    return found | {PersonId(person): tuple(made[a:b]) for person, a, b in assembling.runs(rows["person"])}


async def taken_off(
    conn: asyncpg.Connection, people: Iterable[PersonId] | None
) -> dict[PersonId, tuple[TakenOff, ...]]:
    """The ends of their wearings, oldest first, those to come included; nobody is left out. None:
    of everybody who has some."""
    wanted = None if people is None else list(people)
    found: dict[PersonId, list[TakenOff]] = defaultdict(list, {person: [] for person in wanted or ()})
    for row in await conn.fetch(TAKEN_OFF, wanted):
        person, device = PersonId(row["person_id"]), DeviceId(row["device_id"])
        found[person].append(TakenOff(person, device, to_us(row["at"]), is_bare=row["is_bare"]))
    return {person: tuple(listed) for person, listed in found.items()}


async def _shapes(conn: asyncpg.Connection, rows: Columns) -> dict[tuple[int, int], Shape]:
    """One value a zone version, however many persons it binds."""
    wanted = sorted(set(zip(rows["zone"].tolist(), rows["version"].tolist(), strict=True)))
    found = await conn.fetch(SHAPES, [zone for zone, _ in wanted], [version for _, version in wanted])
    drawn = shapely.from_wkb([row["geom"] for row in found])
    return {
        (row["zone_id"], row["version"]): Shape(ShapeKind(row["shape"]), geometry, float(row["radius_m"]))
        for row, geometry in zip(found, drawn, strict=True)
    }


async def _hours(conn: asyncpg.Connection, rows: Columns, of: list[int] | None) -> dict[int, Hours]:
    weekly = assembling.weekly(await columns.fetch(conn, WINDOWS, WINDOW_FORMS, of))
    days = assembling.exceptions(await columns.fetch(conn, EXCEPTIONS, EXCEPTION_FORMS, of))
    names, first = np.unique(rows["tz"], return_index=True)
    told = {row["id"]: row["tz"] for row in await conn.fetch(ZONES_OF_TIME, rows["id"][first].tolist())}
    called = {
        name: told[ident] for name, ident in zip(names.tolist(), rows["id"][first].tolist(), strict=True)
    }
    one: dict[tuple[int, tuple[DayException, ...], int], Hours] = {}
    found: dict[int, Hours] = {}
    for ident, tz in zip(rows["id"].tolist(), rows["tz"].tolist(), strict=True):
        windows, exceptions = weekly.get(ident, ()), days.get(ident, ())
        key = id(windows), exceptions, tz  # equal windows are one object
        if key not in one:
            one[key] = Hours(windows, exceptions, called[tz])
        found[ident] = one[key]
    return found


async def _absences(conn: asyncpg.Connection, of: list[int] | None) -> dict[int, tuple[Absence, ...]]:
    granted: dict[int, list[Absence]] = defaultdict(list)
    rows = await columns.fetch(conn, ABSENCES, ABSENCE_FORMS, of)
    for condition, since, until in sorted(zip(*(column.tolist() for column in rows.values()), strict=True)):
        granted[condition].append(Absence(since, min(until, FOREVER_US)))
    return {condition: tuple(listed) for condition, listed in granted.items()}
