"""Metres to the border of a zone of the pool, for all kinds: parts for kernels, equal to `rules.shapes`.

Metres are those of the WGS84 plane at the place asked about: `plane` = `plane_at(lat)`."""

from math import hypot, sqrt

from geofence.engine.compiled import part
from geofence.engine.grids import covers_area, glance, is_beyond, nearest2, seek, turned_to
from geofence.engine.layout import (
    AREA,
    ASK,
    CENTRE_X,
    CENTRE_Y,
    CIRCLE,
    FORM,
    RADIUS,
    View,
    exact,
    integer,
    side_of,
    turned,
)
from geofence.engine.plane import Plane, bent2, plane_at
from geofence.engine.raw import uint32_at


@part
def kind_of(view: View, zone: int) -> int:
    return integer(view, zone, FORM) & 3


@part
def radius_of(view: View, zone: int) -> float:
    return exact(view, zone, RADIUS)


@part
def from_edge(
    view: View, zone: int, address: int, lon: float, lat: float, plane: Plane, most_m: float
) -> float:
    """Metres outside (+) or inside (-) a circle or corridor; `most_m` or more if it is farther outside."""
    radius = radius_of(view, zone)
    if kind_of(view, zone) == CIRCLE:
        middle_x, middle_y = exact(view, zone, CENTRE_X), exact(view, zone, CENTRE_Y)
        x, y = (middle_x - turned(lon, middle_x)) * plane.kx, (middle_y - lat) * plane.ky
        return from_middle(hypot(x, y), sqrt(bent2(x, y, plane.bend)), radius)
    x, most = turned_to(view, zone, lon), 2.0 * (most_m + radius)
    plain2 = nearest2(view, zone, address, x, lat, Plane(plane.kx, plane.ky, 0.0), most * most)
    bent = nearest2(view, zone, address, x, lat, plane, most * most) if plain2 > radius * radius else plain2
    return from_middle(sqrt(plain2), sqrt(bent), radius)


@part
def from_middle(plain: float, bent: float, radius: float) -> float:
    """From metres to a middle: those to its edge. Outside, as bent as the way from the edge is."""
    if plain <= radius:
        return plain - radius
    return plain - radius + (bent - plain) * (1.0 - (radius / plain) * (radius / plain))


@part
def covers(view: View, zone: int, address: int, lon: float, lat: float) -> int:
    """1: inside or on the border, exactly; 0: outside. `address` as `seek` found it."""
    if kind_of(view, zone) == AREA:
        return covers_area(view, zone, address, lon, lat)
    if address < 0:
        return 0
    side = side_of(uint32_at(view.pool, address))
    if side < ASK:
        return side
    return int(from_edge(view, zone, address, lon, lat, plane_at(lat), 1.0) <= 0.0)


@part
def border(view: View, zone: int, address: int, lon: float, lat: float, plane: Plane, most_m: float) -> float:
    """Metres to the border, unsigned; at most `most_m`. `address` as `seek` found it."""
    x = turned_to(view, zone, lon)
    if address < 0 and is_beyond(view, zone, x, lat, plane, most_m):
        return most_m
    if kind_of(view, zone) != AREA:
        return min(abs(from_edge(view, zone, address, lon, lat, plane, most_m)), most_m)
    return sqrt(nearest2(view, zone, address, x, lat, plane, most_m * most_m))


@part
def signed(view: View, zone: int, lon: float, lat: float, plane: Plane, most_m: float) -> float:
    """Metres to the border, + outside, - inside, within ±`most_m`: `rules.shapes.signed_distance`."""
    address = seek(view, zone, lon, lat)
    side, least = glance(view, zone, address)
    if side < ASK and least >= most_m:
        return -most_m if side else most_m
    return signed_at(view, zone, address, lon, lat, plane, most_m)


@part
def signed_at(
    view: View, zone: int, address: int, lon: float, lat: float, plane: Plane, most_m: float
) -> float:
    """The same, for a place whose cell `seek` found, where `glance` was not enough."""
    if kind_of(view, zone) != AREA and address >= 0:
        metres = from_edge(view, zone, address, lon, lat, plane, most_m)
        return max(-most_m, min(metres, most_m))
    metres = border(view, zone, address, lon, lat, plane, most_m)
    if address < 0:
        return metres
    return -metres if covers_area(view, zone, address, lon, lat) else metres
