"""Drawn shapes as columns: the vertices of zones, ring by ring, as kernels read them.

The door is `rules.drawing.check`: whoever takes a drawing in has called it, so rings are valid. What
would make a kernel undefined rather than wrong is refused here again: what is no number, or off the earth."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geofence.model import Shape, ShapeKind
from geofence.rules import drawing
from geofence.rules.shapes import unwrapped

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SMALLEST: Final = drawing.SMALLEST
POLYGON: Final = int(shapely.GeometryType.POLYGON)


class Rings(NamedTuple):
    """Zones one after the other; an edge is named by the number of its first vertex.

    An area's rings are closed (last vertex = first) and all count alike: inside is what an odd number of
    them surrounds. A circle is an edge from its centre to its centre, a corridor its line, even past ±180."""

    vertices: F8
    """(v, 2) degrees, lon and lat; 0 or at least `SMALLEST` in magnitude."""
    rings: I8
    """(r + 1,) where each ring begins in `vertices`; the last: how many vertices there are."""
    zones: I8
    """(z + 1,) where each zone begins in `rings`; the last: how many rings there are."""
    radius_m: F8
    """(z,) metres; 0 for an area."""


def of(shape: Shape) -> Rings:
    """One zone."""
    return of_many([shape])


def of_many(shapes: Sequence[Shape]) -> Rings:
    """Many zones of either kind at once, in the order given."""
    areas = all(shape.kind is ShapeKind.AREA for shape in shapes)
    if areas and (plain := _plain(shapes)) is not None:
        return plain
    lines, owner = _outlines(shapes) if areas else _lines(shapes)
    vertices, ring = shapely.get_coordinates(lines, return_index=True)
    vertices = np.ascontiguousarray(vertices) + 0.0  # -0.0 becomes 0.0
    check(vertices)
    return Rings(
        vertices,
        np.searchsorted(ring, np.arange(len(lines) + 1)).astype(np.int64),
        np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64),
        np.array([shape.radius_m for shape in shapes], np.float64),
    )


def _plain(shapes: Sequence[Shape]) -> Rings | None:
    """Areas of one ring each, as most are; None: some have more."""
    drawn = np.array([shape.geometry for shape in shapes], dtype=object)
    if (shapely.get_type_id(drawn) != POLYGON).any() or (shapely.get_num_interior_rings(drawn) != 0).any():
        return None
    vertices = shapely.get_coordinates(drawn) + 0.0
    check(vertices)
    count = len(drawn)
    starts = np.concatenate(([0], np.cumsum(shapely.get_num_coordinates(drawn)))).astype(np.int64)
    return Rings(vertices, starts, np.arange(count + 1, dtype=np.int64), np.zeros(count))


def check(vertices: F8) -> None:
    """Refuses what is no place: NaN, infinities, latitudes beyond the poles, noise around 0."""
    size = np.abs(vertices)
    wrong = ~((size[:, 0] <= 540.0) & (size[:, 1] <= 90.0))  # NaN is not <=; unwrapped lines pass 180
    if wrong.any():
        lon, lat = vertices[np.argmax(wrong)].tolist()
        raise drawing.ShapeOutsideTheEarth(lon=lon, lat=lat)
    noise = ((size > 0.0) & (size < SMALLEST)).any(axis=1)
    if noise.any():
        lon, lat = vertices[np.argmax(noise)].tolist()
        raise drawing.ShapeInvalid(lon=lon, lat=lat)


def _outlines(shapes: Sequence[Shape]) -> tuple[NDArray[np.object_], I8]:
    """All rings of areas, and whose they are."""
    geometries = np.array([shape.geometry for shape in shapes], dtype=object)
    parts, zone = shapely.get_parts(geometries, return_index=True)
    lines, part = shapely.get_rings(parts, return_index=True)
    return lines, zone[part].astype(np.int64)


def _lines(shapes: Sequence[Shape]) -> tuple[NDArray[np.object_], I8]:
    """The same where some of them are round."""
    drawn = np.array([shape.geometry for shape in shapes], dtype=object)
    check(shapely.get_coordinates(drawn))
    kinds = np.array([shape.kind for shape in shapes])
    areas, circles, corridors = (np.flatnonzero(kinds == kind) for kind in ShapeKind)
    outlines, owner = _outlines([shapes[i] for i in areas.tolist()])
    centres = shapely.get_coordinates(drawn[circles]).repeat(2, axis=0).reshape(-1, 2, 2)
    lines = [unwrapped(shapes[i].geometry) for i in corridors.tolist()]
    rounds = np.asarray(shapely.linestrings(centres), dtype=object)
    found: NDArray[np.object_] = np.concatenate((outlines, rounds, np.array(lines, dtype=object)))
    owners = np.concatenate((areas[owner], circles, corridors)).astype(np.int64)
    order = np.argsort(owners, kind="stable")
    return found[order], owners[order]
