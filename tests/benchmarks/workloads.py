"""The workloads of the geofence benchmark: zones, and fixes that are new in each batch, all from seeds.

An area of one by one degree in Uzbekistan; `docs/benchmarks.md` describes each workload."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks import districts
from core.geo import ECCENTRICITY_2, SEMI_MAJOR_M

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Zones = NDArray[Any]
"""Polygons of shapely."""

WEST, SOUTH, SIDE = 69.0, 41.0, 1.0
"""The area, in degrees."""
RIM = 0.02
"""Zones' centres keep this distance from its edge."""
HOME_SHARE = 0.55
"""Share of the fixes in W2 that are taken near home."""
HOME_SPREAD_M, TRIP_M = 60.0, 5000.0
WAVES = 5
"""Harmonics of a zone's outline."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Fixes as columns. `person` counts from 0 and is used only where each has zones of their own."""

    person: Whole
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.lon)

    def part(self, count: int) -> "Batch":
        return Batch(self.person[:count], self.lon[:count], self.lat[:count])


@dataclass(frozen=True, slots=True)
class Workload:
    name: str
    zones: Zones
    draw: Callable[[Generator, int], Batch]
    """New fixes: generator and count in, batch out."""
    own: int = 0
    """Zones a person: zone z belongs to person z // own. 0: all zones concern everybody."""
    visit: Callable[[Generator, Whole], Batch] | None = None
    """Where zones are assigned: new fixes of the people asked for."""

    @property
    def corners(self) -> int:
        return int(shapely.get_num_coordinates(self.zones).sum()) - len(self.zones)


def outlines(lon: Floats, lat: Floats, *, radius_m: Floats, corners: int, chance: Generator) -> Zones:
    """Star-shaped outlines like drawn ones: a few harmonics around a circle, and 2 % of unevenness."""
    count = len(lon)
    turn = (np.arange(corners) + chance.uniform(0.2, 0.8, (count, corners))) * (2 * pi / corners)
    reach = np.ones((count, corners))
    for wave in range(1, WAVES + 1):
        height, phase = chance.uniform(0, 0.3 / wave, (count, 1)), chance.uniform(0, 2 * pi, (count, 1))
        reach += height * np.cos(wave * turn + phase)
    reach = np.maximum(reach, 0.3) + chance.uniform(-0.02, 0.02, (count, corners))
    reach *= radius_m[:, None]
    return _polygons(lon, lat, east_m=reach * np.cos(turn), north_m=reach * np.sin(turn))


def _polygons(lon: Floats, lat: Floats, *, east_m: Floats, north_m: Floats) -> Zones:
    kx, ky = scales(lat)
    corners = np.stack([lon[:, None] + east_m / kx[:, None], lat[:, None] + north_m / ky[:, None]], axis=-1)
    return shapely.polygons(np.concatenate([corners, corners[:, :1]], axis=1))


def scales(lat: Floats) -> tuple[Floats, Floats]:
    """Metres in a degree of longitude and of latitude: `core.geo.metres_per_degree` for a column."""
    phi = np.radians(lat)
    w2 = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
    prime_vertical = SEMI_MAJOR_M / np.sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY_2) / w2
    return np.radians(prime_vertical * np.cos(phi)), np.radians(meridian)


def _anywhere(chance: Generator, count: int, side: float = SIDE) -> tuple[Floats, Floats]:
    return WEST + chance.uniform(RIM, side - RIM, count), SOUTH + chance.uniform(RIM, side - RIM, count)


def _even(chance: Generator, low: float, high: float, *, count: int) -> Floats:
    """As many between 1 and 2 as between 2 and 4."""
    return np.exp(chance.uniform(log(low), log(high), count))


def _uniform(side: float) -> Callable[[Generator, int], Batch]:
    def draw(chance: Generator, count: int) -> Batch:
        lon, lat = WEST + chance.uniform(0, side, count), SOUTH + chance.uniform(0, side, count)
        return Batch(np.zeros(count, np.int64), lon, lat)

    return draw


def w1(count: int = 1000, seed: int = 1, *, side: float = SIDE, corners: int = 64) -> Workload:
    """Zones for everybody: radius 200 to 2,000 m."""
    chance = np.random.default_rng(seed)
    lon, lat = _anywhere(chance, count, side)
    radius_m = _even(chance, 200, 2000, count=count)
    zones = outlines(lon, lat, radius_m=radius_m, corners=corners, chance=chance)
    return Workload("W1", zones, _uniform(side))


def many(count: int = 100_000, seed: int = 4) -> Workload:
    """Very many zones for everybody: 32 corners, radius 50 to 500 m."""
    chance = np.random.default_rng(seed)
    lon, lat = _anywhere(chance, count)
    zones = outlines(lon, lat, radius_m=_even(chance, 50, 500, count=count), corners=32, chance=chance)
    return Workload("100k", zones, _uniform(SIDE))


def w3(columns: int = 20, rows: int = 10, seed: int = 3) -> Workload:
    """Districts that tile the area, with long ragged borders which neighbours share corner by corner."""
    chance = np.random.default_rng(seed)
    return Workload("W3", districts.tiling((WEST, SOUTH, SIDE), (columns, rows), chance), _uniform(SIDE))


def w2(people: int = 20_000, own: int = 5, seed: int = 2, corners: int = 32) -> Workload:
    """Everybody's own zones: a home of 50 to 150 m, the others of 100 to 1,500 m some kilometres around."""
    chance = np.random.default_rng(seed)
    home_lon, home_lat = _anywhere(chance, people)
    lon, lat = np.repeat(home_lon, own), np.repeat(home_lat, own)
    is_home = np.arange(people * own) % own == 0
    away_m = np.where(is_home, 0.0, chance.exponential(4000, people * own))
    bearing = chance.uniform(0, 2 * pi, people * own)
    kx, ky = scales(lat)
    lon, lat = lon + away_m * np.cos(bearing) / kx, lat + away_m * np.sin(bearing) / ky
    other_m = _even(chance, 100, 1500, count=people * own)
    radius_m = np.where(is_home, chance.uniform(50, 150, people * own), other_m)
    zones = outlines(lon, lat, radius_m=radius_m, corners=corners, chance=chance)
    visit = _visits(lon, lat, radius_m=radius_m, own=own)

    def draw(chance: Generator, count: int) -> Batch:
        return visit(chance, chance.integers(0, people, count))

    return Workload("W2", zones, draw, own, visit)


def _visits(lon: Floats, lat: Floats, *, radius_m: Floats, own: int) -> Callable[[Generator, Whole], Batch]:
    """55 % of the fixes near home, 25 % in or at another own zone, 20 % on the way."""
    kx, ky = scales(lat)

    def visit(chance: Generator, person: Whole) -> Batch:
        count = len(person)
        kind = chance.uniform(0, 1, count)
        at_home = kind < HOME_SHARE
        zone = person * own + np.where(at_home, 0, chance.integers(1, own, count))
        visit_m = np.where(kind < HOME_SHARE + 0.25, 0.8 * radius_m[zone], TRIP_M)
        spread_m = np.where(at_home, HOME_SPREAD_M, visit_m)
        east, north = chance.normal(0, 1, (2, count)) * spread_m
        return Batch(person, lon[zone] + east / kx[zone], lat[zone] + north / ky[zone])

    return visit
