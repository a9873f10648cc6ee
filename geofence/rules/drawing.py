"""Is what was drawn a zone that can be judged? A refusal says what is wrong and where."""

import re
from math import isfinite
from typing import ClassVar, Final
from zoneinfo import available_timezones

import numpy as np
import shapely

from core.errors import Invalid
from geofence.model import Hours, Shape, ShapeKind

MOST_POINTS: Final = 100_000
"""As in the database (ck_zone_versions_geom_size)."""
SMALLEST: Final = 1e-30
"""Degrees: a coordinate nearer to 0 is an accident of arithmetic; exact products of such would underflow."""
MINUTES_A_DAY: Final = 1440
GEOMETRIES: Final = {
    ShapeKind.AREA: {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON},
    ShapeKind.CIRCLE: {shapely.GeometryType.POINT},
    ShapeKind.CORRIDOR: {shapely.GeometryType.LINESTRING},
}


class ShapeEmpty(Invalid):
    code: ClassVar[str] = "shape_empty"


class ShapeOfAnotherKind(Invalid):
    code: ClassVar[str] = "shape_of_another_kind"


class ShapeOutsideTheEarth(Invalid):
    code: ClassVar[str] = "shape_outside_the_earth"


class ShapeTooDetailed(Invalid):
    code: ClassVar[str] = "shape_too_detailed"


class RadiusWrong(Invalid):
    code: ClassVar[str] = "radius_wrong"


class RingCrossesItself(Invalid):
    code: ClassVar[str] = "ring_crosses_itself"


class HoleOutside(Invalid):
    code: ClassVar[str] = "hole_outside"


class PartsOverlap(Invalid):
    code: ClassVar[str] = "parts_overlap"


class TooFewPoints(Invalid):
    code: ClassVar[str] = "too_few_points"


class ShapeInvalid(Invalid):
    code: ClassVar[str] = "shape_invalid"


class HoursWrong(Invalid):
    """A window that ends before it begins, leaves its day or overlaps its neighbour."""

    code: ClassVar[str] = "hours_wrong"


REASONS: Final[dict[str, type[Invalid]]] = {  # what GEOS says first
    "Self-intersection": RingCrossesItself,
    "Ring Self-intersection": RingCrossesItself,
    "Hole lies outside shell": HoleOutside,
    "Holes are nested": HoleOutside,
    "Nested shells": PartsOverlap,
    "Duplicate Rings": PartsOverlap,
    "Interior is disconnected": RingCrossesItself,
    "Too few points in geometry component": TooFewPoints,
}


def check(shape: Shape) -> None:
    """Raises the first refusal that applies."""
    if shapely.is_empty(shape.geometry):
        raise ShapeEmpty
    if shapely.GeometryType(int(shapely.get_type_id(shape.geometry))) not in GEOMETRIES[shape.kind]:
        raise ShapeOfAnotherKind(kind=shape.kind)
    points = int(shapely.get_num_coordinates(shape.geometry))
    if points > MOST_POINTS:
        raise ShapeTooDetailed(points=points, most=MOST_POINTS)
    _check_range(shape)
    _check_radius(shape)
    _check_rings(shape)


def check_hours(hours: Hours) -> None:
    """Windows lie inside one day, begin before they end and do not overlap; the time zone is known."""
    if hours.tz not in available_timezones():
        raise HoursWrong(tz=hours.tz)
    for weekday in range(7):
        _check_windows([(w.starts, w.ends) for w in hours.weekly if w.weekday == weekday])
    if any(not 0 <= window.weekday <= 6 for window in hours.weekly):
        raise HoursWrong
    for day in hours.exceptions:
        _check_windows(list(day.windows))


def _check_windows(windows: list[tuple[int, int]]) -> None:
    end = 0
    for starts, ends in sorted(windows):
        if not end <= starts < ends <= MINUTES_A_DAY:
            raise HoursWrong(starts=starts, ends=ends)
        end = ends


def _check_range(shape: Shape) -> None:
    degrees = shapely.get_coordinates(shape.geometry)
    for wrong, refusal in (
        (~(np.abs(degrees) <= (180.0, 90.0)), ShapeOutsideTheEarth),  # so is NaN
        ((degrees != 0.0) & (np.abs(degrees) < SMALLEST), ShapeInvalid),
    ):
        if wrong.any():
            lon, lat = degrees[np.argmax(wrong.any(axis=1))].tolist()
            raise refusal(lon=lon, lat=lat)


def _check_radius(shape: Shape) -> None:
    needed = shape.kind is not ShapeKind.AREA
    if not isfinite(shape.radius_m) or (shape.radius_m > 0) != needed:
        raise RadiusWrong(radius_m=shape.radius_m)


def _check_rings(shape: Shape) -> None:
    """GEOS says "Self-intersection[69.28 41.31]": the code and the place to show on the map."""
    said = shapely.is_valid_reason(shape.geometry)
    if said == "Valid Geometry":
        return
    found = re.fullmatch(r"(.*?)(?:\[(\S+) (\S+)\])?", said)
    reason, lon, lat = found.groups() if found else (said, None, None)
    place = {"lon": float(lon), "lat": float(lat)} if lon and lat else {}
    raise REASONS.get(reason, ShapeInvalid)(**place)
