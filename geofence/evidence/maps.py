"""A map on paper in vectors: zones, the way, gaps dotted, how sure each place is, and a measure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from core.geo import metres_per_degree
from geofence.model import ConditionKind, Shape, ShapeKind
from tracking.model import Fix

if TYPE_CHECKING:
    from fpdf import FPDF  # a second to import

GAP_US: Final = 300_000_000
"""A longer time without a fix is dotted (domain.md, 5)."""
MOST_CIRCLES: Final = 400
MOST_SPOTS: Final = 1200
MARGIN_M: Final = 60.0
LEAST_M: Final = 250.0
INK: Final = (27, 37, 48)
ACCENT: Final = (11, 101, 112)
BREACH: Final = (194, 45, 30)
LAND: Final = (253, 251, 245)
Box = tuple[float, float, float, float]
"""Left, top, width and height on the page, millimetres."""


@dataclass(frozen=True, slots=True)
class Outlined:
    shape: Shape
    kind: ConditionKind


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres around a point, and where they stand on the page."""

    lon: float
    lat: float
    west_m: float
    north_m: float
    mm_per_m: float
    box: Box

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        kx, ky = metres_per_degree(self.lat)
        return (lon - self.lon) * kx, (lat - self.lat) * ky

    def page(self, x: float, y: float) -> tuple[float, float]:
        left, top, _, _ = self.box
        return left + (x - self.west_m) * self.mm_per_m, top + (self.north_m - y) * self.mm_per_m

    def at(self, fix: Fix) -> tuple[float, float]:
        return self.page(*self.metres(fix.lon, fix.lat))

    @property
    def view(self) -> shapely.Geometry:
        _, _, width, height = self.box
        east, south = self.west_m + width / self.mm_per_m, self.north_m - height / self.mm_per_m
        return shapely.box(self.west_m, south, east, self.north_m)


def draw(
    pdf: "FPDF", box: Box, fixes: Sequence[Fix], *, zones: Iterable[Outlined], marks: Sequence[Fix] = ()
) -> None:
    """`marks`: fixes to point out, as those a verdict rests on."""
    with pdf.local_context():  # colours and lines are as before behind it
        _drawn(pdf, _plane(box, marks or fixes), fixes, zones=zones, marks=marks)


def _drawn(
    pdf: "FPDF", plane: Plane, fixes: Sequence[Fix], *, zones: Iterable[Outlined], marks: Sequence[Fix]
) -> None:
    left, top, width, height = plane.box
    pdf.set_draw_color(*INK)
    pdf.set_fill_color(*LAND)
    pdf.set_line_width(0.2)
    pdf.rect(left, top, width, height, style="DF")
    with pdf.rect_clip(left, top, width, height):
        for zone in zones:
            _zone(pdf, plane, zone)
        seen = [
            f
            for f in fixes
            if shapely.buffer(plane.view, 5000).contains(shapely.Point(plane.metres(f.lon, f.lat)))
        ]
        _circles(pdf, plane, seen)
        _way(pdf, plane, seen)
        _spots(pdf, plane, thin(seen, MOST_SPOTS), colour=ACCENT, radius=0.5)
        _spots(pdf, plane, marks, colour=BREACH, radius=1.0)
        _measure(pdf, plane)


def thin(fixes: Sequence[Fix], most: int) -> Sequence[Fix]:
    """Evenly fewer, the last one always among them."""
    step = ceil(len(fixes) / most) or 1
    return [*fixes[:-1:step], fixes[-1]] if fixes else fixes


def _plane(box: Box, fixes: Sequence[Fix]) -> Plane:
    lons, lats = [f.lon for f in fixes], [f.lat for f in fixes]
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    kx, ky = metres_per_degree(lat)
    reach = MARGIN_M + min(500.0, max((f.accuracy_m or 0.0 for f in fixes), default=0.0))
    wide = max(LEAST_M, (max(lons) - min(lons)) * kx + 2 * reach)
    high = max(LEAST_M, (max(lats) - min(lats)) * ky + 2 * reach)
    _, _, width, height = box
    scale = min(width / wide, height / high)
    return Plane(lon, lat, -width / scale / 2, height / scale / 2, scale, box)


def _zone(pdf: "FPDF", plane: Plane, zone: Outlined) -> None:
    colour = BREACH if zone.kind is ConditionKind.EXCLUSION else ACCENT
    pdf.set_draw_color(*colour)
    pdf.set_fill_color(*colour)
    pdf.set_line_width(0.4)
    is_border = zone.kind is ConditionKind.BOUNDARY
    pdf.set_dash_pattern(dash=2, gap=1.5) if is_border else pdf.set_dash_pattern()
    for ring, is_hole in _rings(plane, zone.shape):
        points = [plane.page(at[0], at[1]) for at in ring]
        with pdf.local_context(fill_opacity=0.08):
            pdf.polygon(points, style="D" if is_border or is_hole else "DF")
    pdf.set_dash_pattern()


def _rings(plane: Plane, shape: Shape) -> Iterator[tuple[Sequence[tuple[float, ...]], bool]]:
    """Outlines in metres, cut a little outside of what is seen."""
    scale = np.array(metres_per_degree(plane.lat))
    flat = shapely.transform(shape.geometry, lambda at: (at - (plane.lon, plane.lat)) * scale)
    area = flat if shape.kind is ShapeKind.AREA else shapely.buffer(flat, shape.radius_m, quad_segs=24)
    for part in shapely.get_parts(shapely.intersection(area, shapely.buffer(plane.view, 200))):
        if isinstance(part, shapely.Polygon) and not part.is_empty:
            yield list(part.exterior.coords), bool(part.interiors)
            yield from ((list(hole.coords), True) for hole in part.interiors)


def _circles(pdf: "FPDF", plane: Plane, fixes: Sequence[Fix]) -> None:
    pdf.set_draw_color(*ACCENT)
    pdf.set_line_width(0.08)
    for fix in thin(fixes, MOST_CIRCLES):
        if fix.accuracy_m:
            (x, y), radius = plane.at(fix), fix.accuracy_m * plane.mm_per_m
            pdf.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, style="D")


def _way(pdf: "FPDF", plane: Plane, fixes: Sequence[Fix]) -> None:
    for was, then in pairwise(fixes):
        is_gap = then.taken_us - was.taken_us > GAP_US
        pdf.set_draw_color(*(INK if is_gap else ACCENT))
        pdf.set_line_width(0.3)
        pdf.set_dash_pattern(dash=0.3, gap=1.3) if is_gap else pdf.set_dash_pattern()
        pdf.line(*plane.at(was), *plane.at(then))
    pdf.set_dash_pattern()


def _spots(
    pdf: "FPDF", plane: Plane, fixes: Sequence[Fix], *, colour: tuple[int, int, int], radius: float
) -> None:
    pdf.set_fill_color(*colour)
    for fix in fixes:
        x, y = plane.at(fix)
        pdf.ellipse(x - radius, y - radius, 2 * radius, 2 * radius, style="F")


def _measure(pdf: "FPDF", plane: Plane) -> None:
    """A bar of a round length, about a quarter of the width."""
    left, top, width, height = plane.box
    most = width / plane.mm_per_m / 4
    unit = 10 ** floor(log10(most))
    metres = max(n * unit for n in (1, 2, 5) if n * unit <= most)
    x, y = left + 4, top + height - 4
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.5)
    pdf.line(x, y, x + metres * plane.mm_per_m, y)
    pdf.set_font(size=7)
    pdf.set_text_color(*INK)
    pdf.text(x, y - 1.2, f"{metres:,.0f} m".replace(",", " "))
    pdf.set_text_color(0)
