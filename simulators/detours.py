"""Walks that break a condition: into a forbidden zone, or away from where one must be."""

from math import cos, hypot, pi, sin
from random import Random

import numpy as np
import shapely
from shapely import Geometry, LineString, MultiPolygon, Polygon

from core.geo import LonLat
from geofence.model import ConditionKind, Shape, ShapeKind, Term
from simulators import truth
from simulators.paths import Timed
from simulators.plane import Spot, lonlat, spot

OUTSIDE_M = 130.0
"""So far from the border one is beyond doubt."""
STEP_M = 15.0


def walk(term: Term, random: Random, *, crosses_s: float, stays_s: float, ends_s: float) -> Timed:
    """On the right side at first; over the border `crosses_s` after the beginning, and back in the end."""
    inside = heart(term.shape)
    outside = beyond(term.shape, inside, random)
    wrong, right = (inside, outside) if term.kind is ConditionKind.EXCLUSION else (outside, inside)
    far = hypot(wrong.x - right.x, wrong.y - right.y)
    pace = min(max(far / 60.0, 1.4), 9.0)
    leaves_s = crosses_s - min(crosses_s, _before_border(term, right, wrong) / pace)
    there_s = leaves_s + far / pace
    back_s = there_s + stays_s
    stay: Timed = [
        (there_s + s, wrong.x + 3 * sin(s / 40), wrong.y + 3 * cos(s / 40) - 3)
        for s in np.arange(0.0, stays_s, 20.0).tolist()
    ]
    home = [(back_s, *wrong), (back_s + far / pace, *right), (max(ends_s, back_s + far / pace + 1), *right)]
    return [(0.0, *right), (max(leaves_s, 0.1), *right), *stay[0 if leaves_s else 1 :], *home]


def heart(shape: Shape) -> Spot:
    """A point deep inside."""
    geometry = shape.geometry
    if shape.kind is ShapeKind.CIRCLE:
        found = geometry
    elif shape.kind is ShapeKind.CORRIDOR:
        found = shapely.line_interpolate_point(_line(geometry), 0.5, normalized=True)
    else:
        found = shapely.get_point(shapely.maximum_inscribed_circle(_area(geometry)), 0)
    return spot(LonLat(float(shapely.get_x(found)), float(shapely.get_y(found))))


def beyond(shape: Shape, inside: Spot, random: Random, *, by_m: float = OUTSIDE_M) -> Spot:
    """A point outside by so much: the nearest one on one of some random rays."""
    turns = [random.uniform(0, 2 * pi) for _ in range(6)]
    for far in np.arange(STEP_M, 5000.0, STEP_M).tolist():
        ring = [Spot(inside.x + far * cos(t), inside.y + far * sin(t)) for t in turns]
        lon, lat = (np.array(c) for c in zip(*map(lonlat, ring), strict=True))
        away = truth.beyond_m(shape, lon, lat)
        if away.max() >= by_m:
            return ring[int(np.argmax(away))]
    raise AssertionError("the zone has no outside")


def _area(geometry: Geometry) -> Polygon | MultiPolygon:
    if isinstance(geometry, Polygon | MultiPolygon):
        return geometry
    raise TypeError("an area is a polygon or several")


def _line(geometry: Geometry) -> LineString:
    if isinstance(geometry, LineString):
        return geometry
    raise TypeError("a corridor is a line")


def _before_border(term: Term, right: Spot, wrong: Spot) -> float:
    """Metres on the way from the right side to the border."""
    steps = np.linspace(0.0, 1.0, 200)
    way = [Spot(right.x + s * (wrong.x - right.x), right.y + s * (wrong.y - right.y)) for s in steps]
    lon, lat = (np.array(c) for c in zip(*map(lonlat, way), strict=True))
    away = truth.beyond_m(term.shape, lon, lat)
    is_wrong = away <= 0 if term.kind is ConditionKind.EXCLUSION else away > 0
    return float(steps[int(np.argmax(is_wrong))]) * hypot(wrong.x - right.x, wrong.y - right.y)
