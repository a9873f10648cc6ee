"""The borders of all zones in one pool, and the distances of many places to many of them at once.

The same numbers as `rules.shapes.signed_distance`, to a micrometre: a box filter over all pairs first, then
the few pieces of border that can be nearest, then inside or outside by GEOS on the stored doubles."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry

from core.geo import ECCENTRICITY_2, SEMI_MAJOR_M
from geofence.engine.growing import Growing
from geofence.model import Shape, ShapeKind
from geofence.rules.shapes import unwrapped

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

PIECE = 16
"""Edges of one piece of border; short borders repeat their last edge."""
WORTH_TIDYING = 4096
KINDS = {ShapeKind.AREA: 0, ShapeKind.CIRCLE: 1, ShapeKind.CORRIDOR: 2}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which place is to be measured against which border; columns of equal length."""

    border: I8
    lon: F8
    lat: F8
    reach_m: F8


class Borders:
    """Borders have numbers that stay the same while anybody holds them; equal shapes share one."""

    def __init__(self) -> None:
        self._numbers: dict[Shape, int] = {}
        self._held: list[int] = []
        self._shapes: list[Shape | None] = []
        self._free: list[int] = []
        self._clear()

    def _clear(self) -> None:
        self._geometry = Growing((), np.object_)
        self._kind = Growing((), np.int64)
        self._radius = Growing((), np.float64)
        self._box = Growing((4,), np.float64)
        self._first = Growing((), np.int64)
        self._count = Growing((), np.int64)
        self._edges = Growing((PIECE, 4), np.float64)
        self._boxes = Growing((4,), np.float64)
        self._dead = 0

    def hold(self, shape: Shape) -> int:
        number = self._numbers.get(shape)
        if number is None:
            number = self._numbers[shape] = self._add(shape)
        self._held[number] += 1
        return number

    def release(self, number: int) -> None:
        self._held[number] -= 1
        shape = self._shapes[number]
        if self._held[number] == 0 and shape is not None:
            del self._numbers[shape]
            self._shapes[number] = None
            self._free.append(number)
            self._dead += int(self._count[number])
            if self._dead > WORTH_TIDYING and self._dead * 2 > len(self._boxes):
                self._tidy()

    def measure(self, pairs: Pairs) -> F8:
        """Signed metres, + outside, within ±reach."""
        kx, ky = metres_per_degree(pairs.lat)
        kind, radius = self._kind[pairs.border], self._radius[pairs.border]
        lowest = _box_distance(self._box[pairs.border], pairs.lon, pairs.lat, kx, ky)[0]
        metres = np.where(lowest - radius >= pairs.reach_m, pairs.reach_m, np.nan)
        near = np.flatnonzero(np.isnan(metres))
        metres[near] = self._border_distance(pairs, near, kx, ky) - radius[near]
        areas = near[kind[near] == KINDS[ShapeKind.AREA]]
        inside = shapely.intersects_xy(
            self._geometry[pairs.border[areas]], pairs.lon[areas], pairs.lat[areas]
        )
        metres[areas[inside]] *= -1.0
        within: F8 = np.clip(metres, -pairs.reach_m, pairs.reach_m)
        return within

    def _border_distance(self, pairs: Pairs, near: I8, kx: F8, ky: F8) -> F8:
        """Metres to the nearest edge; at least the reach where no piece can be nearer."""
        border = pairs.border[near]
        count = self._count[border]
        pair = np.repeat(np.arange(len(near)), count)
        piece = np.repeat(self._first[border] - np.cumsum(count) + count, count) + np.arange(len(pair))
        one = near[pair]
        low, high = _box_distance(self._boxes[piece], pairs.lon[one], pairs.lat[one], kx[one], ky[one])
        most = pairs.reach_m[near] + self._radius[border]
        if len(pair):
            starts = np.cumsum(count) - count
            most = np.minimum(most, np.minimum.reduceat(high, starts))
        kept = np.flatnonzero(low <= most[pair] * (1.0 + 1e-12))
        one = near[pair[kept]]
        squared = _edge_distance2(self._edges[piece[kept]], pairs.lon[one], pairs.lat[one], kx[one], ky[one])
        found = most * most
        np.minimum.at(found, pair[kept], squared)
        nearest: F8 = np.sqrt(found)
        return nearest

    def _add(self, shape: Shape) -> int:
        if self._free:
            number = self._free.pop()
        else:
            number = len(self._shapes)
            self._shapes.append(None)
            self._held.append(0)
            for column in (self._geometry, self._kind, self._radius, self._box, self._first, self._count):
                column.more(1)
        self._fill(number, shape)
        return number

    def _fill(self, number: int, shape: Shape) -> None:
        edges = _edges(shape)
        pieces = _pieces(edges)
        shapely.prepare(shape.geometry)
        self._shapes[number] = shape
        self._geometry.put(number, shape.geometry)
        self._kind.put(number, KINDS[shape.kind])
        self._radius.put(number, shape.radius_m)
        self._box.put(number, _box(edges[np.newaxis])[0])
        self._first.put(number, self._boxes.more(len(pieces)))
        self._count.put(number, len(pieces))
        self._edges.more(len(pieces))
        self._edges.put(slice(len(self._edges) - len(pieces), len(self._edges)), pieces)
        self._boxes.put(slice(len(self._boxes) - len(pieces), len(self._boxes)), _box(pieces))

    def _tidy(self) -> None:
        """Leave out what nobody holds any more."""
        held = self._shapes
        self._clear()
        for column in (self._geometry, self._kind, self._radius, self._box, self._first, self._count):
            column.more(len(held))
        for number, shape in enumerate(held):
            if shape is not None:
                self._fill(number, shape)


def metres_per_degree(lat: F8) -> tuple[F8, F8]:
    """`core.geo.metres_per_degree` of many latitudes."""
    phi = np.radians(lat)
    w2 = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
    prime_vertical = SEMI_MAJOR_M / np.sqrt(w2)
    meridian = prime_vertical * (1.0 - ECCENTRICITY_2) / w2
    return np.radians(prime_vertical * np.cos(phi)), np.radians(meridian)


def _edges(shape: Shape) -> F8:
    """(n, 4): from lon, lat to lon, lat. A circle is its centre."""
    if shape.kind is ShapeKind.AREA:
        lines: list[Geometry] = [
            line for part in shapely.get_parts(shape.geometry) for line in shapely.get_rings(part)
        ]
    else:
        lines = [unwrapped(shape.geometry) if shape.kind is ShapeKind.CORRIDOR else shape.geometry]
    found = []
    for line in lines:
        points = shapely.get_coordinates(line)
        found.append(np.hstack((points[:-1], points[1:])) if len(points) > 1 else np.hstack((points, points)))
    return np.concatenate(found)


def _pieces(edges: F8) -> F8:
    count = -(-len(edges) // PIECE)
    padded = np.concatenate((edges, np.repeat(edges[-1:], count * PIECE - len(edges), axis=0)))
    return padded.reshape(count, PIECE, 4)


def _box(pieces: F8) -> F8:
    """Middle and half size of each piece: lon, lat, half lon, half lat."""
    points = pieces.reshape(len(pieces), -1, 2)
    low, high = points.min(axis=1), points.max(axis=1)
    return np.hstack(((low + high) / 2.0, np.nextafter((high - low) / 2.0, np.inf)))


def _box_distance(box: F8, lon: F8, lat: F8, kx: F8, ky: F8) -> tuple[F8, F8]:
    """Metres to the nearest and to the farthest point of boxes."""
    dx = np.abs(_shortest(lon - box[:, 0]))
    dy = np.abs(lat - box[:, 1])
    low = np.hypot(np.maximum(dx - box[:, 2], 0.0) * kx, np.maximum(dy - box[:, 3], 0.0) * ky)
    high = np.hypot((dx + box[:, 2]) * kx, (dy + box[:, 3]) * ky)
    return low, high


def _edge_distance2(edges: F8, lon: F8, lat: F8, kx: F8, ky: F8) -> F8:
    """Squared metres to the nearest edge of each piece, in the plane at each place."""
    turn = 360.0 * np.rint((lon - edges[:, 0, 0]) / 360.0)[:, np.newaxis]
    ax = (edges[:, :, 0] + turn - lon[:, np.newaxis]) * kx[:, np.newaxis]
    ay = (edges[:, :, 1] - lat[:, np.newaxis]) * ky[:, np.newaxis]
    bx = (edges[:, :, 2] - edges[:, :, 0]) * kx[:, np.newaxis]
    by = (edges[:, :, 3] - edges[:, :, 1]) * ky[:, np.newaxis]
    length2 = bx * bx + by * by
    along = np.clip(-(ax * bx + ay * by) / np.where(length2 > 0.0, length2, 1.0), 0.0, 1.0)
    nearest: F8 = ((ax + along * bx) ** 2 + (ay + along * by) ** 2).min(axis=1)
    return nearest


def _shortest(degrees: F8) -> F8:
    return degrees - 360.0 * np.rint(degrees / 360.0)
