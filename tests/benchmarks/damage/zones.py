"""Places as files, forms and programs bring them, damaged, at the doors of the zone editor and the API."""

import json
import math
import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import shapely
from pydantic import ValidationError

from benchmarks.damage import places
from benchmarks.damage.tried import Case
from benchmarks.damage.wounds import TOKENS, damaged
from dashboards.zones.sheet import Sheet
from geofence import drafts, policies
from geofence.api.zones import Drawing
from geofence.model import Shape, ShapeKind
from geofence.proposals import collecting
from geofence.proposals.rules import shaping
from geofence.proposals.wire import reading, typed
from geofence.rules import drawing

MOST: Final = 100_000
WORDS: Final = (
    *TOKENS,
    *(b"[69.2,41.3]", b"1e308", b"-1e308", b"180", b"-180", b"90", b"-90", b"1e-320", b"41.3,69.2", b"[[]]"),
    *(b'"coordinates"', b'"geometry"', b'"type"', b'"GeometryCollection"', b'"MultiPolygon"', b'"Point"'),
    *(b"<coordinates>", b"</coordinates>", b"<Polygon>", b"<Folder>", b"<name>", b"nan,nan", b"inf,41"),
    *(b'<?xml version="1.0" encoding="utf-7"?>', b'encoding="x-none"', b"\xef\xbb\xbf", b"\xff\xfe<\0"),
)


def imported(content: bytes, metres: float = 0.0) -> str:
    """The button of the zone editor that takes a file, up to what the page shows again."""
    found = reading.read(content, most=MOST)
    for place in found:
        (place.name + place.district).encode()  # or it cannot be kept
    shape = shaping.gathered([place.geometry for place in found], metres)
    Sheet().with_shape(shape)
    return kept(shape)


def collected(content: bytes) -> str:
    """A collection of templates that an administrator brings."""
    for place in reading.read(content, most=MOST):
        (place.name + place.district).encode()
        collecting._check(place)
    return "collection kept"


def typed_in(content: bytes) -> str:
    """The form without a mouse."""
    text = content.decode("utf-8", "replace")
    kind = list(ShapeKind)[len(content) % 3]
    return kept(typed.shape(kind, text, 0.0 if kind is ShapeKind.AREA else 100.0, most=MOST))


def proposed(content: bytes) -> str:
    """A proposal over HTTP: 400 where it is no JSON, 422 with a pointer where pydantic refuses."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return "refused: bad_request"
    try:
        made = Drawing.model_validate(said)
    except ValidationError:
        return "refused: invalid"
    return kept(made.shape())


def drafted(content: bytes) -> str:
    """Rules that somebody tries."""
    text = content.decode("utf-8", "replace")
    drafts.read("tried", policy=None, conditions=text, base=policies.valid_at(0))
    return "draft read"


def kept(shape: Shape) -> str:
    """What passes is a zone that can be judged: finite, on the earth, valid."""
    drawing.check(shape)
    bounds = shapely.bounds(shape.geometry)
    if not (all(map(math.isfinite, bounds)) and max(map(abs, bounds)) <= 180.0):
        raise AssertionError(bounds)
    if not shapely.is_valid(shape.geometry):
        raise AssertionError(shape.kind)
    return f"{shape.kind} kept"


DOORS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "file": imported,
    "file with 50 m around": lambda content: imported(content, 50.0),
    "file with 20 km around": lambda content: imported(content, 20_000.0),
    "collection": collected,
    "form": typed_in,
    "API": proposed,
    "draft": drafted,
}
FILES: Final = tuple(DOORS)[:4]


@cache
def seeds() -> list[tuple[str, tuple[str, ...], bytes]]:
    found = [("geojson", FILES, content) for content in places.geojson()]
    found += [("kml", FILES, content) for content in places.kml()]
    found += [("geometry", ("API",), drawn(content)) for content in places.geometries()]
    found += [("conditions", ("draft",), condition(content)) for content in places.geometries()]
    found.append(("points", ("form",), b"69.24, 41.30\n69.25, 41.30\n41.31; 69.25\n"))
    return found


def drawn(geometry: dict[str, Any]) -> bytes:
    kind = {"Point": "circle", "LineString": "corridor"}.get(geometry["type"], "area")
    radius = 0 if kind == "area" else 50
    return json.dumps({"kind": kind, "geometry": geometry, "radius_m": radius}).encode()


def condition(geometry: dict[str, Any]) -> bytes:
    zone = json.loads(drawn(geometry))
    hours = {"weekly": [{"weekday": 0, "starts": 1320, "ends": 1440}], "tz": "Asia/Tashkent"}
    return json.dumps({"conditions": [{"condition": 12, "zone": zone, "hours": hours}]}).encode()


def one(draw: random.Random) -> Case:
    """Some bytes damaged, or a file that is well written and says what no zone is."""
    what, doors, content = draw.choice(seeds())
    door = draw.choice(doors) if draw.random() < 0.9 else draw.choice(list(DOORS))
    if content[:1] in b"{[" and draw.random() < 0.5:
        content = json.dumps(strange(json.loads(content), draw)).encode()
    else:
        content = damaged(content, _others(), draw, WORDS)
    return Case(door, what, content, DOORS[door])


def strange(said: Any, draw: random.Random) -> Any:
    """The same JSON with some value in it exchanged."""
    if draw.random() < 0.04:
        return draw.choice(places.VALUES)
    if isinstance(said, dict):
        return {name: strange(value, draw) for name, value in said.items() if draw.random() > 0.01}
    if isinstance(said, list):
        turned = [strange(value, draw) for value in said if draw.random() > 0.01]
        return turned[::-1] if draw.random() < 0.05 else turned
    if isinstance(said, float) and draw.random() < 0.1:
        return draw.choice((said * 1e6, -said, said + 180.0, said + 1e-9, float(round(said)), said * 1e-300))
    return said


@cache
def _others() -> list[bytes]:
    return [content for _, _, content in seeds()]


def bombs() -> list[Case]:
    files = [(what, FILES, content) for what, content in places.bombs()]
    told = [(what, ("API", "draft"), content) for what, content in places.told()]
    return [
        Case(door, f"bomb: {what}", content, DOORS[door])
        for what, doors, content in files + told
        for door in doors
    ]
