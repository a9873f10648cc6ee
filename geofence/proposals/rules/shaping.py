"""From drawn or imported places to one zone: widened by metres, many made one."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import ClassVar, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, GeometryType, LineString, MultiPolygon, Point, Polygon

from core.errors import Invalid
from core.geo import metres_per_degree
from geofence.model import Shape, ShapeKind
from geofence.rules import drawing

WIDEST_M: Final = 20_000.0
TURN: Final = 24
"""Edges of a quarter of a circle."""
MOST_PARTS: Final = 2_000
"""More are neither widened nor made one: joining costs far more than reading."""
MOST_FOLDED: Final = 5e6
"""Points times how often the widened outline lies upon itself: joining that costs time and memory alike."""
DIGITS: Final = 1e-7
"""Degrees, about a centimetre: coordinates of widened places are rounded so far."""


class BufferMissing(Invalid):
    """Points and lines among several places are a zone only with some metres around them."""

    code: ClassVar[str] = "buffer_missing"


class BufferWrong(Invalid):
    code: ClassVar[str] = "buffer_wrong"


def gathered(places: Sequence[Geometry], metres: float) -> Shape:
    """One zone of all of them: a circle or corridor where it is one point or line, else an area."""
    _check_metres(metres)
    parts = [part for place in places for part in shapely.get_parts(place)]
    if not parts:
        raise drawing.ShapeEmpty
    if len(parts) == 1 and isinstance(parts[0], Point | LineString):
        if metres <= 0:
            raise BufferMissing
        kind = ShapeKind.CIRCLE if isinstance(parts[0], Point) else ShapeKind.CORRIDOR
        return Shape(kind, parts[0], metres)
    if metres <= 0:
        return _together(parts)
    return Shape(ShapeKind.AREA, _wide(parts, metres))


def buffered(shape: Shape, metres: float) -> Shape:
    """The same zone with so many metres more around it."""
    _check_metres(metres)
    drawing.check(shape)
    if metres == 0:
        return shape
    if shape.kind is not ShapeKind.AREA:
        return replace(shape, radius_m=shape.radius_m + metres)
    return Shape(ShapeKind.AREA, _wide(list(shapely.get_parts(shape.geometry)), metres))


def _wide(parts: Sequence[Geometry], metres: float) -> Geometry:
    if len(parts) > MOST_PARTS:
        raise drawing.ShapeTooDetailed(points=len(parts) * 4 * TURN, most=drawing.MOST_POINTS)
    return _many(shapely.union_all([widened(part, metres) for part in parts]))


def widened(part: Geometry, metres: float) -> Geometry:
    """In the metres of the plane around its own middle."""
    drawing.check(_as_drawn(part, metres))
    west, south, east, north = shapely.bounds(part)
    middle = np.array([(west + east) / 2.0, (south + north) / 2.0])
    scale = np.array(metres_per_degree(float(middle[1])))
    if max(-south, north) + metres / scale[1] >= 90.0:
        raise drawing.ShapeOutsideTheEarth(lon=float(west), lat=float(north))

    def to_metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((degrees - middle) * scale)

    def to_degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(metres / scale + middle)

    plain = shapely.transform(part, to_metres)
    _check_folds(plain, metres)
    wide = shapely.buffer(plain, metres, quad_segs=TURN)
    return shapely.set_precision(shapely.transform(wide, to_degrees), DIGITS)


def _check_folds(plain: Geometry, metres: float) -> None:
    """A comb whose teeth are closer than the metres around them has millions of crossings."""
    west, south, east, north = shapely.bounds(plain)
    room = (east - west + 2 * metres) * (north - south + 2 * metres)
    folds, points = float(shapely.length(plain)) * 2 * metres / room, int(shapely.get_num_coordinates(plain))
    if points * folds > MOST_FOLDED:
        raise drawing.ShapeTooDetailed(points=points, most=int(MOST_FOLDED / folds))


def _together(parts: Sequence[Geometry]) -> Shape:
    """Areas as they are drawn, so that a fault keeps its place; several become one."""
    areas = [part for part in parts if isinstance(part, Polygon)]
    if len(areas) != len(parts):
        raise BufferMissing
    if len(areas) == 1:
        return Shape(ShapeKind.AREA, areas[0])
    if len(areas) > MOST_PARTS:  # as they are; whether they overlap, the check of the whole says
        return Shape(ShapeKind.AREA, MultiPolygon(areas))
    for part in areas:
        drawing.check(Shape(ShapeKind.AREA, part))
    return Shape(ShapeKind.AREA, _many(shapely.union_all(areas)))


def _as_drawn(part: Geometry, metres: float) -> Shape:
    kinds = {GeometryType.POINT: ShapeKind.CIRCLE, GeometryType.LINESTRING: ShapeKind.CORRIDOR}
    kind = kinds.get(GeometryType(int(shapely.get_type_id(part))), ShapeKind.AREA)
    return Shape(kind, part, 0.0 if kind is ShapeKind.AREA else metres)


def _many(union: Geometry) -> Geometry:
    """Its areas alone: where two touch in a line or a point, that is no area."""
    parts = [part for part in shapely.get_parts(union) if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _check_metres(metres: float) -> None:
    if not isfinite(metres) or not 0 <= metres <= WIDEST_M:
        raise BufferWrong(most=int(WIDEST_M))
