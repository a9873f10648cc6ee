"""The terms of persons under supervision, put together from orders, conditions, zones, hours and wearings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
import shapely

from core.clock import from_us, to_us
from core.model import DeviceId, OrderId, PersonId
from geofence.model import (
    Absence,
    ConditionId,
    ConditionKind,
    DayException,
    Hours,
    Shape,
    ShapeKind,
    TakenOff,
    Term,
    Terms,
    Window,
    ZoneId,
)
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
select o.person_id, c.id, c.order_id, c.zone_id, z.version, c.kind, c.tz,
    (select min(id) from conditions f where (f.order_id, f.number) = (c.order_id, c.number)) as condition_id,
    lower(o.during * c.during * z.during) as since, upper(o.during * c.during * z.during) as until
from orders o
join conditions c on c.order_id = o.id
join zone_versions z on z.zone_id = c.zone_id
where o.person_id = any($1) and not isempty(o.during * c.during * z.during)
order by o.person_id, since nulls first, c.id
"""

TAKEN_OFF = """
-- When were devices taken off these persons, and was another one on them then?
select person_id, device_id, upper(during) as at,
    not exists (
        select from wearings other
        where other.person_id = w.person_id and other.during @> upper(w.during)
    ) as is_bare
from wearings w
where person_id = any($1) and not upper_inf(during)
order by person_id, at, device_id
"""

SHAPES = """
-- What do these versions of zones look like?
select zone_id, version, shape, st_asbinary(geom) as geom, radius_m
from zone_versions
join unnest($1::bigint[], $2::integer[]) as wanted (zone_id, version) using (zone_id, version)
"""

WINDOWS = """
-- In which weekly hours do these conditions hold?
select condition_id, weekday, starts, ends from hours where condition_id = any($1)
order by condition_id, weekday, starts
"""

EXCEPTIONS = """
-- On which dates do other hours hold?
select condition_id, on_date, starts, ends from hour_exceptions where condition_id = any($1)
order by condition_id, on_date, starts
"""

ABSENCES = """
-- Which absences were granted? An absence excuses from the condition, in whatever version it stands.
select c.id as condition_id, lower(a.during) as since, upper(a.during) as until
from conditions c
join conditions named on (named.order_id, named.number) = (c.order_id, c.number)
join absences a on a.condition_id = named.id
where c.id = any($1)
order by c.id, since nulls first, until
"""

FINGERPRINTS = """
-- Did anything change that somebody's terms are made of? (xmin is new with every version of a row; each fact
-- counts once: two conditions on one zone would cancel it out)
with held as (
    select o.person_id, c.id, c.zone_id, c.xmin from orders o join conditions c on c.order_id = o.id
), facts as (
    select person_id, 'wearing' as what, id as a, 0::bigint as b, xmin as x from wearings
    union select person_id, 'order', id, 0, xmin from orders
    union select person_id, 'condition', id, 0, xmin from held
    union select person_id, 'zone', z.zone_id, z.version, z.xmin
        from held join zone_versions z using (zone_id)
    union select person_id, 'hours', h.condition_id, h.weekday * 1440 + h.starts, h.xmin
        from held join hours h on h.condition_id = held.id
    union select person_id, 'exception', e.id, 0, e.xmin
        from held join hour_exceptions e on e.condition_id = held.id
    union select person_id, 'absence', a.id, 0, a.xmin
        from held join absences a on a.condition_id = held.id
)
select person_id, bit_xor(hashtextextended(concat_ws(' ', what, a, b, x), 0)) as fingerprint
from facts
where person_id in (select person_id from wearings)
group by person_id
"""


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
    return {PersonId(r["person_id"]): r["fingerprint"] for r in await conn.fetch(FINGERPRINTS)}


async def terms(conn: asyncpg.Connection, people: Iterable[PersonId]) -> dict[PersonId, Terms]:
    """All terms these persons have or had, oldest first; nobody is left out."""
    wanted = list(people)
    rows = await conn.fetch(TERMS, wanted)
    shapes = await _shapes(conn, {(r["zone_id"], r["version"]) for r in rows})
    hours = await _hours(conn, {r["id"]: r["tz"] for r in rows})
    absences = await _absences(conn, list(hours))
    found: dict[PersonId, list[Term]] = {person: [] for person in wanted}
    for row in rows:
        found[row["person_id"]].append(_term(row, shapes=shapes, hours=hours, absences=absences))
    return {person: tuple(listed) for person, listed in found.items()}


async def taken_off(
    conn: asyncpg.Connection, people: Iterable[PersonId]
) -> dict[PersonId, tuple[TakenOff, ...]]:
    """The ends of their wearings, oldest first, those to come included; nobody is left out."""
    wanted = list(people)
    found: dict[PersonId, list[TakenOff]] = {person: [] for person in wanted}
    for row in await conn.fetch(TAKEN_OFF, wanted):
        person, device = PersonId(row["person_id"]), DeviceId(row["device_id"])
        found[person].append(TakenOff(person, device, to_us(row["at"]), is_bare=row["is_bare"]))
    return {person: tuple(listed) for person, listed in found.items()}


def _term(
    row: asyncpg.Record,
    *,
    shapes: Mapping[tuple[int, int], Shape],
    hours: Mapping[int, Hours],
    absences: Mapping[int, tuple[Absence, ...]],
) -> Term:
    return Term(
        condition=ConditionId(row["condition_id"]),
        order=OrderId(row["order_id"]),
        zone=ZoneId(row["zone_id"]),
        zone_version=row["version"],
        kind=ConditionKind(row["kind"]),
        shape=shapes[row["zone_id"], row["version"]],
        hours=hours[row["id"]],
        since_us=to_us(row["since"]) if row["since"] else 0,
        until_us=to_us(row["until"]) if row["until"] else None,
        absences=absences.get(row["id"], ()),
    )


async def _shapes(conn: asyncpg.Connection, versions: set[tuple[int, int]]) -> dict[tuple[int, int], Shape]:
    """One value a zone version, however many persons it binds."""
    listed = sorted(versions)
    rows = await conn.fetch(SHAPES, [z for z, _ in listed], [v for _, v in listed])
    return {
        (r["zone_id"], r["version"]): Shape(
            ShapeKind(r["shape"]), shapely.from_wkb(bytes(r["geom"])), float(r["radius_m"])
        )
        for r in rows
    }


async def _hours(conn: asyncpg.Connection, zones_of_time: Mapping[int, str]) -> dict[int, Hours]:
    weekly: dict[int, list[Window]] = defaultdict(list)
    for row in await conn.fetch(WINDOWS, list(zones_of_time)):
        weekly[row["condition_id"]].append(Window(row["weekday"], row["starts"], row["ends"]))
    days = _exceptions(await conn.fetch(EXCEPTIONS, list(zones_of_time)))
    return {
        condition: Hours(tuple(weekly[condition]), days.get(condition, ()), tz)
        for condition, tz in zones_of_time.items()
    }


def _exceptions(rows: list[asyncpg.Record]) -> dict[int, tuple[DayException, ...]]:
    """Rows without a window say that the day is free; with others of the same day they add nothing."""
    windows: dict[tuple[int, Any], list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        listed = windows[row["condition_id"], row["on_date"]]
        if row["starts"] is not None and row["ends"] is not None:
            listed.append((row["starts"], row["ends"]))
    days: dict[int, list[DayException]] = defaultdict(list)
    for (condition, on), listed in windows.items():
        days[condition].append(DayException(on, tuple(listed)))
    return {condition: tuple(exceptions) for condition, exceptions in days.items()}


async def _absences(conn: asyncpg.Connection, conditions: list[int]) -> dict[int, tuple[Absence, ...]]:
    granted: dict[int, list[Absence]] = defaultdict(list)
    for row in await conn.fetch(ABSENCES, conditions):
        since = to_us(row["since"]) if row["since"] else 0
        until = to_us(row["until"]) if row["until"] else FOREVER_US
        granted[row["condition_id"]].append(Absence(since, until))
    return {condition: tuple(listed) for condition, listed in granted.items()}
