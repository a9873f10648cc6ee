"""Good places as GeoJSON and KML, values that no place has, and files made to cost their reader much."""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

import proposing
from benchmarks.damage.bombs import LAUGHS, OUTSIDE

SQUARE: Final = [[69.2, 41.3], [69.21, 41.3], [69.21, 41.31], [69.2, 41.31], [69.2, 41.3]]
HOLE: Final = [[69.203, 41.303], [69.206, 41.303], [69.206, 41.306], [69.203, 41.303]]
FAR: Final = [[[lon + 0.1, lat] for lon, lat in SQUARE]]
ENCODINGS: Final = (
    *("utf-7", "x-none", "rot13", "utf-32", "idna", "undefined", "cp1251", "koi8-u", "zlib", "utf-16"),
)
EDGES: Final = (
    *((0, 90), (180, -90), (69, 89.9999999), (180, 0), (-180, 41), (0, 0), (1e-31, 41), (1e308, 0)),
)
NAMED: Final = b'{"type":"Feature","geometry":{"type":"Point","coordinates":[69,41]},"properties":{"name":'
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, "", "69.2", "\ud800", "\0", [], {}, 0, -0.0, math.nan, math.inf, -math.inf, 1e308, 5e-324),
    *(10**400, 180, -180.0, 90, -90, 181, [69.2, 41.3], [[69.2, 41.3]], [41.3, 69.2], [69.2], [1] * 50),
    *("Point", "Polygon", "MultiPolygon", "GeometryCollection", "Feature", {"type": "Point"}, "x" * 5_000),
    {"type": "Point", "coordinates": [0, 90]},
    {"type": "Point", "coordinates": [180, -90]},
)


def geometries() -> list[dict[str, Any]]:
    return [
        {"type": "Point", "coordinates": [69.24, 41.3, 480.0]},
        {"type": "LineString", "coordinates": [[69.2, 41.3], [69.3, 41.35], [69.31, 41.2]]},
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], FAR]},
    ]


def geojson() -> list[bytes]:
    several = geometries()
    more = {"type": "MultiPoint", "coordinates": [[69.2, 41.3], [69.3, 41.3]]}
    whole = {"type": "GeometryCollection", "geometries": several}
    return [
        *(proposing.geojson(one, name="1-maktab", tuman="Chilonzor") for one in (*several, more, whole)),
        proposing.geojson(*several),
        json.dumps(several[3]).encode(),
    ]


def kml() -> list[bytes]:
    ring = " ".join(f"{lon},{lat},0" for lon, lat in SQUARE)
    hole = " ".join(f"{lon},{lat}" for lon, lat in HOLE)
    area = (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
        f"<innerBoundaryIs><LinearRing><coordinates>{hole}</coordinates></LinearRing></innerBoundaryIs></Polygon>"
    )
    point = "<Point><coordinates>69.20,41.28,0</coordinates></Point>"
    line = "<LineString><coordinates>69.2,41.3 69.3,41.3</coordinates></LineString>"
    named = "".join(
        f"<Placemark><name>{n}-maktab</name>{one}</Placemark>" for n, one in enumerate((point, line, area))
    )
    whole = f"<Folder><name>Chilonzor</name>{named}</Folder>"
    return [
        *(proposing.kml(f"<Placemark>{one}</Placemark>") for one in (area, point, line)),
        proposing.kml(whole),
    ]


def bombs() -> Iterator[tuple[str, bytes]]:
    yield from small()
    yield from heavy_kml()
    yield from heavy_json()
    for what, ring in rings():
        yield what, json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    yield "squares upon squares", squares(20_000, 1e-7)
    yield "squares side by side", squares(20_000, 0.02)
    yield "holes by the thousand", holes(20_000)


def small() -> Iterator[tuple[str, bytes]]:
    """Made in a moment."""
    yield "billion laughs", LAUGHS + b"<kml><Placemark><name>&a9;</name></Placemark></kml>"
    yield "outside entity", OUTSIDE + b"<kml><name>&a;</name></kml>"
    for named in ENCODINGS:
        yield f"kml in {named}", f'<?xml version="1.0" encoding="{named}"?>'.encode() + kml()[0][21:]
    for named in ("utf-16", "utf-16-le", "utf-32", "cp500"):
        yield f"kml bytes in {named}", kml()[3].decode().encode(named)
        yield f"geojson bytes in {named}", geojson()[0].decode().encode(named)
    yield "json, a number of 4,000 digits", b'{"type":"Point","coordinates":[' + b"9" * 4_000 + b",41]}"
    for what, name in (("half a letter", b'"\\ud800"'), ("names", b'{"a":' * 900 + b"1" + b"}" * 900)):
        yield f"json, {what} for a name", NAMED + name + b"}}"
    for lon, lat in EDGES:
        yield f"point at {lon} {lat}", json.dumps({"type": "Point", "coordinates": [lon, lat]}).encode()
        line = {"type": "LineString", "coordinates": [[lon, lat], [69, 41]]}
        yield f"line from {lon} {lat}", json.dumps(line).encode()
    yield "line of one place", b'{"type":"LineString","coordinates":[[69,41],[69,41]]}'
    earth = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
    yield "whole earth", json.dumps({"type": "Polygon", "coordinates": [earth]}).encode()


def heavy_kml() -> Iterator[tuple[str, bytes]]:
    yield "kml, deep", proposing.kml("<Folder>" * 600_000)
    yield "kml, one word of 6 MB", proposing.kml(f"<name>{'a' * 5_900_000}</name>")
    yield "kml, 480,000 pieces", proposing.kml("<Placemark/>" * 480_000)
    line = f"<LineString><coordinates>{'1,2 ' * 1_000_000}</coordinates></LineString>"
    yield "kml, a million points", proposing.kml(line)
    yield "kml, a long tag", b"<" + b"a" * 5_900_000
    yield "kml, 400,000 marks of a tag", b"<kml " + b"".join(b'a%d="" ' % n for n in range(400_000)) + b"/>"


def heavy_json() -> Iterator[tuple[str, bytes]]:
    yield "json, deep lists", b'{"type":"Polygon","coordinates":' + b"[" * 3_000_000
    deep = b'{"type":"GeometryCollection","geometries":['
    for depth in (9, 100, 100_000):
        yield f"json, {depth} collections deep", deep * depth + b"]}" * depth
    digits = b"9" * 5_900_000
    yield "json, a number of 6 million digits", b'{"type":"Point","coordinates":[' + digits + b",41]}"
    yield "json, a million points", b'{"type":"MultiPoint","coordinates":[' + b"[1,2]," * 999_000 + b"[1,2]]}"
    yield "json, a hundred thousand points", many(99_999)
    nothing = b'{"type":"Feature","geometry":null},' * 160_000
    yield "json, 160,000 features of nothing", b'{"type":"FeatureCollection","features":[' + nothing + b"0]}"


def told() -> Iterator[tuple[str, bytes]]:
    """To those who speak JSON of their own kind."""
    for depth in (100, 900, 50_000):
        inner = b'{"type":"GeometryCollection","geometries":[' * depth + b"]}" * depth
        yield f"{depth} collections deep", b'{"kind":"area","radius_m":0,"geometry":' + inner + b"}"
        zone = b'{"kind":"area","geometry":' + inner + b"}"
        yield f"a condition {depth} deep", b'{"conditions":[{"condition":1,"zone":' + zone + b"}]}"
        yield (
            f"lists {depth} deep",
            b'{"kind":"area","geometry":{"type":"Polygon","coordinates":'
            + b"[" * depth
            + b"]" * depth
            + b"}}",
        )
    for value in ("NaN", "1e999", "9" * 400, '"69"', "null", "[]", '{"a":1}', '"\\ud800"', '"\\u0000"'):
        said = f'{{"type":"Point","coordinates":[{value},41]}}'
        yield f"at {value[:9]}", f'{{"kind":"circle","radius_m":5,"geometry":{said}}}'.encode()
        zone = f'{{"kind":"circle","radius_m":5,"geometry":{said}}}'
        yield f"a condition at {value[:9]}", f'{{"conditions":[{{"condition":1,"zone":{zone}}}]}}'.encode()
    for what, ring in rings():
        body = json.dumps({"kind": "area", "geometry": {"type": "Polygon", "coordinates": [ring]}})
        yield what, body.encode()


def rings() -> Iterator[tuple[str, list[list[float]]]]:
    turns = np.arange(2_001) * (2 * math.pi * 997 / 2_001)
    yield "a star of 2,000 crossings each", np.c_[69 + np.cos(turns) / 9, 41 + np.sin(turns) / 9].tolist()
    draw = np.random.default_rng(1).random((90_000, 2)) / 9 + (69, 41)
    yield "90,000 points in no order", [*draw.tolist(), draw[0].tolist()]
    teeth = np.c_[np.arange(90_000) / 1e6 + 69, 41 + np.arange(90_000) % 2 / 9]
    yield "a comb of 90,000 teeth", [*teeth.tolist(), [69.09, 40.9], [69.0, 40.9], teeth[0].tolist()]
    wound = np.arange(90_000) / 300
    coil = np.c_[69 + wound * np.cos(wound) / 9_000, 41 + wound * np.sin(wound) / 9_000]
    yield "a spiral", [*coil.tolist(), coil[0].tolist()]
    yield "a bow", [[69, 41], [69.1, 41.1], [69.1, 41], [69, 41.1], [69, 41]]
    yield "the same place again", [[69.2, 41.3]] * 50_000
    yield "there and back", [[69, 41], [69.1, 41], [69, 41], [69.1, 41], [69, 41]]
    yield "huge", [[-1e308, -1e308], [1e308, -1e308], [1e308, 1e308], [-1e308, -1e308]]
    yield "exchanged", [[lat, lon] for lon, lat in SQUARE]
    yield "tiny", [[5e-324, 5e-324], [1e-323, 5e-324], [1e-323, 1e-323], [5e-324, 5e-324]]


def many(count: int) -> bytes:
    drawn = np.add(np.random.default_rng(2).random((count, 2)).round(6), (69, 41))
    return json.dumps({"type": "MultiPoint", "coordinates": drawn.tolist()}).encode()


def squares(count: int, apart: float) -> bytes:
    corners = np.array([[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]])
    rows = [
        np.add(corners, (69 + n % 100 * apart, 41 + n // 100 * apart)).round(7).tolist() for n in range(count)
    ]
    return json.dumps({"type": "MultiPolygon", "coordinates": [[row] for row in rows]}).encode()


def holes(count: int) -> bytes:
    corners = np.array([[0, 0], [0.0001, 0], [0.0001, 0.0001], [0, 0]])
    rows = [
        np.add(corners, (69.001 + n % 150 / 2000, 41.001 + n // 150 / 2000)).round(6).tolist()
        for n in range(count)
    ]
    around = [[69, 41], [70, 41], [70, 42], [69, 42], [69, 41]]
    return json.dumps({"type": "Polygon", "coordinates": [around, *rows]}).encode()
