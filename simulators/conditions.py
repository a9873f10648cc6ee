"""What a made-up order demands: zones and hours that the person's ordinary day keeps."""

from datetime import date
from random import Random

import numpy as np
import shapely

from core.times import to_us
from geofence.model import (
    Absence,
    ConditionId,
    ConditionKind,
    DayException,
    Hours,
    Shape,
    Term,
    Window,
    ZoneId,
)
from inmates.model import Order, OrderKind
from simulators import days, places
from simulators.days import Day
from simulators.places import Zone
from simulators.plane import METRES_NORTH, Spot, degrees

CLEARANCE_M = 400.0
"""An ordinary day stays so far from forbidden zones: what enters one is a scene, not a bad fix."""
MARGIN_S = 45 * 60
"""Curfews begin so long after an ordinary return and end so long before an ordinary departure."""
DAY_MIN = 1440
FREE_DAYS = (date(2027, 1, 1), date(2027, 3, 21))
PAST_ABSENCE_US = 2 * 3600 * 1_000_000


def conditions(
    order: Order, day: Day, *, work: Spot, city: Zone, forbidden: tuple[Zone, ...], random: Random
) -> tuple[tuple[Zone, ...], tuple[Term, ...]]:
    """The person's own zones, and the terms over them and over the shared ones."""
    home = _own(order, 1, f"Uy {order.person_id:05}", places.circle(day.home, random.uniform(90, 140)))
    if order.kind is OrderKind.HOUSE_ARREST:
        return (home,), (_term(order, 1, home, ConditionKind.INCLUSION, absences=_absences(order, random)),)
    wanted = [(city, ConditionKind.BOUNDARY, Hours())]
    if curfew := curfew_hours(day, random):
        wanted.append((home, ConditionKind.CURFEW, curfew))
    avoided = _far_from(day, forbidden, random, most=random.choice((1, 2)))
    wanted += [(zone, ConditionKind.EXCLUSION, Hours()) for zone in avoided]
    own = [home]
    if order.kind is OrderKind.ADMINISTRATIVE_SUPERVISION and (hours := work_hours(day, work)):
        place = _own(order, 2, f"Ish joyi {order.person_id:05}", places.circle(work, 150))
        own.append(place)
        wanted.append((place, ConditionKind.INCLUSION, hours))
    terms = (_term(order, i, zone, kind, hours=hours) for i, (zone, kind, hours) in enumerate(wanted, 1))
    return tuple(own), tuple(terms)


def curfew_hours(day: Day, random: Random) -> Hours | None:
    """At home from well after the ordinary return until well before the ordinary departure."""
    starts = day.leaves_s + day.out_s + days.MOST_LATE_S + MARGIN_S
    ends = day.leaves_s + days.DAY_S - MARGIN_S
    if ends - starts < 2 * 3600:
        return None
    free = (DayException(random.choice(FREE_DAYS)),) if random.random() < 0.3 else ()
    return Hours(daily(starts, ends), free)


def work_hours(day: Day, work: Spot) -> Hours | None:
    """At work during the longest ordinary stay there, margins apart."""
    there = np.hypot(day.x - work.x, day.y - work.y) < 1.0
    stays = np.diff(day.at_s) * (there[:-1] & there[1:])
    longest = int(np.argmax(stays))
    starts = day.leaves_s + day.at_s[longest] + days.MOST_LATE_S + 1200
    ends = day.leaves_s + day.at_s[longest + 1] - 1200
    return Hours(daily(float(starts), float(ends))) if ends - starts > 3600 else None


def daily(starts_s: float, ends_s: float) -> tuple[Window, ...]:
    """The same hours on each weekday; local seconds that may run over midnight."""
    a, b = (round(s / 60) % DAY_MIN for s in (starts_s, ends_s))
    pieces = ((a, b),) if a < b else ((0, b), (a, DAY_MIN))
    return tuple(Window(weekday, s, e) for weekday in range(7) for s, e in pieces if s < e)


def _far_from(day: Day, zones: tuple[Zone, ...], random: Random, *, most: int) -> list[Zone]:
    """Some zones that the ordinary day never comes near."""
    way = _way(day)
    clear = CLEARANCE_M / METRES_NORTH
    found: list[Zone] = []
    for zone in random.sample(zones, k=min(8, len(zones))):
        reach = clear * 1.4 + zone.shape.radius_m / METRES_NORTH * 1.4
        if shapely.distance(way, zone.shape.geometry) > reach:
            found.append(zone)
        if len(found) == most:
            break
    return found


def _way(day: Day) -> shapely.Geometry:
    lon, lat = degrees(day.x, day.y)
    return shapely.LineString(np.column_stack((lon, lat)))


def _absences(order: Order, random: Random) -> tuple[Absence, ...]:
    """A visit to a doctor on the order's second day, for some."""
    if random.random() < 0.5:
        return ()
    since = to_us(order.begins_at) + 24 * 3600 * 1_000_000
    return (Absence(since, since + PAST_ABSENCE_US),)


def _own(order: Order, number: int, name: str, shape: Shape) -> Zone:
    return Zone(ZoneId(1000 + order.person_id * 10 + number), name, shape)


def _term(
    order: Order,
    number: int,
    zone: Zone,
    kind: ConditionKind,
    *,
    hours: Hours | None = None,
    absences: tuple[Absence, ...] = (),
) -> Term:
    return Term(
        condition=ConditionId(order.person_id * 100 + number),
        order=order.id,
        zone=zone.id,
        zone_version=1,
        kind=kind,
        shape=zone.shape,
        hours=hours or Hours(),
        since_us=to_us(order.begins_at),
        until_us=to_us(order.ends_at) if order.ends_at else None,
        absences=absences,
    )
