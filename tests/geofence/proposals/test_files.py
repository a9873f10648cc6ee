"""Files and typed words become places and hours, or one clear refusal each; nothing hangs."""

from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.geo import metres_per_degree
from geofence.model import ShapeKind
from geofence.proposals.rules import shaping
from geofence.proposals.wire import reading, typed
from geofence.rules import drawing
from proposing import geojson, kml
from scene import lonlat

SQUARE = [[69.2, 41.3], [69.21, 41.3], [69.21, 41.31], [69.2, 41.31], [69.2, 41.3]]
MANY = b'{"type": "MultiPoint", "coordinates": [' + b"[1,2]," * 999_000 + b"[1,2]]}"
POINT = {"type": "Point", "coordinates": [69.24, 41.3, 480]}
BOMB = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY a{n + 1} '{f'&a{n or str()};' * 10}'>" for n in range(9)
)
SCHOOLS = kml(
    "<Folder><name>Chilonzor</name><Placemark><name>1-maktab</name>"
    "<Point><coordinates>69.20,41.28,0</coordinates></Point></Placemark>"
    "<Placemark><name>2-maktab</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    " 69.2,41.3 69.21,41.3 69.21,41.31 69.2,41.3 </coordinates></LinearRing></outerBoundaryIs></Polygon>"
    "</Placemark>"
    "</Folder><Placemark><LineString><coordinates>69.2,41.3 69.3,41.3</coordinates></LineString></Placemark>"
)


def refused(content: bytes, *, most: int = 1000) -> Refusal:
    with pytest.raises(Refusal) as said:
        reading.read(content, most=most)
    return said.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"nonsense", "zone_file_unreadable"),
        (b"[" * 100_000, "zone_file_unreadable"),
        (b"{}", "zone_file_unreadable"),
        (b'{"type": "FeatureCollection", "features": []}', "zone_file_empty"),
        (geojson({"type": "Circle", "coordinates": [1, 2]}), "zone_file_unreadable"),
        (b'{"type": "Point", "coordinates": [NaN, 41]}', "coordinate_unreadable"),
        (b'{"type": "Point", "coordinates": [1e999, 41]}', "coordinate_unreadable"),
        (b'{"type": "Point", "coordinates": ["69", 41]}', "coordinate_unreadable"),
        (b'{"type": "Point", "coordinates": [' + b"9" * 400 + b", 41]}", "coordinate_unreadable"),
        (b'{"type": "LineString", "coordinates": [[69, 41]]}', "coordinate_unreadable"),
        (geojson({"type": "Point", "coordinates": [41.3, 69.24]}), "axes_swapped"),
        (
            b'{"type": "MultiPoint", "coordinates": [' + b"[1,2]," * 999_999 + b"[1,2]]}",
            "zone_file_too_large",
        ),
        (kml("<Placemark/>"), "zone_file_empty"),
        (kml("<Placemark>", before="<!DOCTYPE kml>"), "zone_file_unreadable"),
        (kml("<Placemark>&a9;</Placemark>", before=BOMB + "]>"), "zone_file_unreadable"),
        (kml("<x>" * 100 + "</x>" * 100), "zone_file_unreadable"),
        (b'<?xml version="1.0" encoding="x-none"?><kml/>', "zone_file_unreadable"),
        (b'<?xml version="1.0" encoding="rot13"?><kml/>', "zone_file_unreadable"),
        (kml("<Point><coordinates>a,b</coordinates></Point>"), "coordinate_unreadable"),
        (kml("<Point><coordinates>nan,41</coordinates></Point>"), "coordinate_unreadable"),
        (
            kml("<LineString><coordinates>" + "1,2 " * 1_000_000 + "</coordinates></LineString>"),
            "zone_file_too_large",
        ),
        (b"<" + b" " * 6_000_001, "zone_file_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_by_its_own_code(content: bytes, code: str) -> None:
    assert refused(content).code == code


def test_the_axes_are_shown_as_they_were_written() -> None:
    assert refused(geojson({"type": "Point", "coordinates": [41.3, 69.24]})).values == {
        "lon": 41.3,
        "lat": 69.24,
    }


def test_names_and_districts_of_both_forms() -> None:
    first, second, way = reading.read(SCHOOLS, most=1000)
    assert (first.name, first.district, second.name) == ("1-maktab", "Chilonzor", "2-maktab")
    assert (way.name, way.district, shapely.get_type_id(way.geometry)) == ("", "", 1)
    both = reading.read(
        geojson(POINT, {"type": "MultiPoint", "coordinates": [[69, 41]]}, nomi="M", tuman="T"), most=9
    )
    assert [(one.name, one.district) for one in both] == [("M", "T")] * 2
    assert shapely.get_coordinates(both[0].geometry).tolist() == [[69.24, 41.3]]
    (half,) = reading.read(geojson(POINT, name="M\ud800-\x00maktab"), most=9)
    assert half.name == "M-maktab"


def test_what_a_file_becomes() -> None:
    point, line = shapely.Point(69.24, 41.3), shapely.LineString([lonlat(0), lonlat(500)])
    area = shapely.Polygon(SQUARE)
    kinds = [shaping.gathered([one], 50).kind for one in (point, line, area)]
    assert kinds == [ShapeKind.CIRCLE, ShapeKind.CORRIDOR, ShapeKind.AREA]
    assert shaping.gathered([area], 0).geometry == area
    many = shaping.gathered([point, line, area, shapely.Point(69.5, 41.5)], 50)
    drawing.check(many)
    assert shapely.get_num_geometries(many.geometry) >= 3
    for wrong, metres, code in (
        ([point], 0, "buffer_missing"),
        ([], 5, "shape_empty"),
        ([area], -1, "buffer_wrong"),
    ):
        with pytest.raises(Refusal) as said:
            shaping.gathered(wrong, metres)
        assert said.value.code == code


def test_what_would_take_minutes_to_join_is_not_joined() -> None:
    few = [shapely.box(69 + n / 1000, 41, 69.0005 + n / 1000, 41.001) for n in range(shaping.MOST_PARTS + 1)]
    with pytest.raises(drawing.ShapeTooDetailed):
        shaping.gathered(few, 5)
    apart = shaping.gathered(few, 0)
    drawing.check(apart)
    assert shapely.get_num_geometries(apart.geometry) == len(few)
    with pytest.raises((drawing.PartsOverlap, drawing.RingCrossesItself)):
        drawing.check(shaping.gathered([few[0]] * len(few), 0))


def test_a_comb_whose_teeth_would_lie_upon_each_other_is_not_widened() -> None:
    teeth = [(69 + n / 1e6, 41 + n % 2 / 9) for n in range(90_000)]
    comb = shapely.Polygon([*teeth, (69.09, 40.9), (69.0, 40.9)])
    drawing.check(shaping.gathered([comb], 0))
    for metres in (50, 20_000):
        with pytest.raises(drawing.ShapeTooDetailed) as said:
            shaping.gathered([comb], metres)
        assert said.value.values["most"] < 90_000


@pytest.mark.parametrize("lat", [90.0, -90.0, 89.9999])
def test_nothing_is_widened_past_a_pole(lat: float) -> None:
    places = [shapely.Point(69, lat), shapely.Point(69, 41)]
    with pytest.raises(drawing.ShapeOutsideTheEarth):
        shaping.gathered(places, 50)


@given(metres=st.floats(5, 2000), lat=st.integers(-60, 60))
@settings(max_examples=20, deadline=None)
def test_a_buffer_is_as_wide_as_it_says(metres: float, lat: int) -> None:
    """The area of a widened point is that of a disc, and a wide square holds the narrow one."""
    kx, ky = metres_per_degree(lat)
    disc = shaping.widened(shapely.Point(69.24, lat), metres)
    assert shapely.area(disc) * kx * ky == pytest.approx(3.14159 * metres**2, rel=0.01)
    plain = drawing_of(lat)
    wide = shaping.buffered(shaping.gathered([plain], 0), metres)
    assert shapely.contains_properly(wide.geometry, plain)


def drawing_of(lat: int) -> shapely.Geometry:
    return shapely.box(69.24, lat, 69.25, lat + 0.01)


@pytest.mark.parametrize(
    ("text", "read"),
    [("", ()), ("22:00-24:00, 00:00–06:00", ((0, 360), (1320, 1440))), ("9:05 — 9:07", ((545, 547),))],
)
def test_typed_times(text: str, read: Any) -> None:
    assert typed.windows(text) == read
    assert typed.windows(typed.times(read)) == read


@pytest.mark.parametrize("text", ["9", "22:00", "22:00-23:60", "a-b", "10:00-11:00 12:00-13:00"])
def test_typed_nonsense_is_named(text: str) -> None:
    with pytest.raises(Refusal) as said:
        typed.windows(text)
    assert (said.value.code, said.value.values) == ("hours_unreadable", {"said": text})


def test_typed_points_in_either_order_and_back() -> None:
    text = "69.2400000, 41.3000000\n69.2500000, 41.3000000\n69.2500000, 41.3100000"
    shape = typed.shape(ShapeKind.AREA, text, 0, most=9)
    assert typed.coordinates(shape) == text
    turned = "\n".join(", ".join(reversed(row.split(", "))) for row in text.splitlines())
    assert typed.coordinates(typed.shape(ShapeKind.AREA, turned, 0, most=9)) == text
    with_hole = f"{text}\n\n69.2480000, 41.3020000\n69.2490000, 41.3020000\n69.2490000, 41.3030000"
    assert typed.coordinates(holed := typed.shape(ShapeKind.AREA, with_hole, 0, most=9)) == with_hole
    assert len(holed.geometry.interiors) == 1
    for wrong in ("", "69.24", f"{text}\n\n69.24, 41.3", "69,24, 41,3", "x y", "69.24, 41.3\n69.25, 41.3"):
        with pytest.raises(Refusal):
            typed.shape(ShapeKind.AREA, wrong, 0, most=9)
