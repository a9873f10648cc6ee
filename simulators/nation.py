"""More people than one city holds: they live in others that are like the first, each somewhere else.

A person of another city has the zones, hours and days of the one with the same number in the first, moved by
a whole city: whoever walks the first city walks them all."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import shapely

from core.geo import LonLat
from geofence.model import ConditionId, Shape, Term, ZoneId
from inmates.model import Order
from simulators.days import Day
from simulators.places import Zone
from simulators.plane import METRES_EAST, METRES_NORTH, Spot

CITY = 2000
"""People of one city."""
IN_A_ROW = 32
WEST_DEG, SOUTH_DEG = 0.3, 0.25
"""From one city to the next: more than the breadth of one. All lie so near to one latitude that a degree of
longitude is as long everywhere, give or take two hundredths."""
MOST_OWN = 10
"""Numbers of zones that a person may have."""
SHARED = 9
"""The number, among those of one person, that a shared zone of another city takes."""
FIRST_OWN = 1000


def number(person: int, city: int) -> int:
    """Of somebody in another city who lives as `person` does in the first."""
    return person + city * CITY


def first(person: int) -> tuple[int, int]:
    """Who of the first city lives as this person does, and in which city this person lives."""
    city, place = divmod(person - 1, CITY)
    return place + 1, city


def shift(city: int) -> LonLat:
    """From the first city to another, degrees."""
    row, place = divmod(city, IN_A_ROW)
    return LonLat(-WEST_DEG * place, -SOUTH_DEG * row)


def shift_m(city: int) -> Spot:
    """The same in metres of the plane that people are walked in."""
    by = shift(city)
    return Spot(by.lon * METRES_EAST, by.lat * METRES_NORTH)


def spot(here: Spot, city: int) -> Spot:
    by = shift_m(city)
    return Spot(here.x + by.x, here.y + by.y)


def day(first: Day, city: int) -> Day:
    by = shift_m(city)
    return replace(first, x=first.x + by.x, y=first.y + by.y)


def shared(zones: tuple[Zone, ...], city: int) -> tuple[Zone, ...]:
    """Territory and forbidden zones of another city."""
    return tuple(Zone(_zone(z.id, city), f"{z.name}, {city + 1}-shahar", shape(z.shape, city)) for z in zones)


def own(zone: Zone, city: int) -> Zone:
    return Zone(_zone(zone.id, city), f"{zone.name}, {city + 1}-shahar", shape(zone.shape, city))


def term(first: Term, order: Order, city: int) -> Term:
    return replace(
        first,
        condition=ConditionId(order.person_id * 100 + first.condition % 100),
        order=order.id,
        zone=_zone(first.zone, city),
        shape=shape(first.shape, city),
    )


@lru_cache(maxsize=4 * CITY)
def shape(first: Shape, city: int) -> Shape:
    by = np.array(shift(city))
    return replace(first, geometry=shapely.transform(first.geometry, lambda places: places + by))


def _zone(first: ZoneId, city: int) -> ZoneId:
    """Shared zones have small numbers, those of persons come after `FIRST_OWN`, ten for each person."""
    if first < FIRST_OWN:
        return ZoneId(FIRST_OWN + number(first, city) * MOST_OWN + SHARED)
    return ZoneId(first + city * CITY * MOST_OWN)
