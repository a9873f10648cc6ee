"""Places of a GeoJSON file: features, collections of geometries, or one bare geometry."""

import json
from collections.abc import Iterator
from typing import Any, Final

from shapely import Geometry

from geofence.proposals.model import Place
from geofence.proposals.wire.coordinates import Budget, Pair, area, line, point
from geofence.proposals.wire.faults import CoordinateUnreadable, ZoneFileUnreadable

DEEPEST: Final = 8
"""Collections within collections."""
NAMES: Final = ("name", "nomi", "title", "name:uz", "name:ru")
DISTRICTS: Final = ("district", "tuman", "addr:district", "rayon")
LONGEST: Final = 200


def read(content: bytes, budget: Budget) -> list[Place]:
    try:
        said = json.loads(content, parse_constant=_refuse)
        return [place for feature in _features(said, depth=0) for place in _places(feature, budget)]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as why:
        raise ZoneFileUnreadable from why


def _refuse(_constant: str) -> float:
    """NaN and Infinity, which JSON does not know but its readers take."""
    raise CoordinateUnreadable


def _features(said: dict[str, Any], *, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        raise ZoneFileUnreadable
    if said["type"] == "FeatureCollection":
        for feature in said["features"]:
            yield from _features(feature, depth=depth + 1)
    elif said["type"] == "Feature":
        yield said
    else:
        yield {"geometry": said}


def _places(feature: dict[str, Any], budget: Budget) -> Iterator[Place]:
    if feature["geometry"] is None:
        return
    said = feature.get("properties") or {}
    name, district = _word(said, NAMES), _word(said, DISTRICTS)
    for geometry in _geometries(feature["geometry"], budget, depth=0):
        yield Place(name, district, geometry)


def _word(said: dict[str, Any], keys: tuple[str, ...]) -> str:
    found = next((said[key] for key in keys if said.get(key)), "")
    kept = str(found).encode("utf-8", "ignore").decode()  # half a letter, as JSON may write it, is none
    return kept.replace("\x00", "").strip()[:LONGEST]


def _geometries(said: dict[str, Any], budget: Budget, *, depth: int) -> Iterator[Geometry]:
    if depth > DEEPEST:
        raise ZoneFileUnreadable
    kind, simple = said["type"], said["type"].removeprefix("Multi")
    if kind == "GeometryCollection":
        for one in said["geometries"]:
            yield from _geometries(one, budget, depth=depth + 1)
        return
    if simple not in MADE:
        raise ZoneFileUnreadable
    parts = said["coordinates"] if kind != simple else [said["coordinates"]]
    for part in parts:
        yield MADE[simple](part, budget)


def _way(listed: list[Any], budget: Budget) -> list[Pair]:
    return [_pair(one, budget) for one in listed]


def _pair(said: list[Any], budget: Budget) -> Pair:
    lon, lat = said[:2]
    if isinstance(lon, bool | str) or isinstance(lat, bool | str):
        raise CoordinateUnreadable
    try:
        return budget.pair(float(lon), float(lat))
    except OverflowError as why:  # a whole number of hundreds of digits
        raise CoordinateUnreadable from why


MADE: Final = {
    "Point": lambda said, budget: point(_pair(said, budget)),
    "LineString": lambda said, budget: line(_way(said, budget)),
    "Polygon": lambda said, budget: area([_way(ring, budget) for ring in said]),
}
