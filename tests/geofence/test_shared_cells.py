"""The cell test against GEOS and rational arithmetic: sketches doubt, but never lie."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from geofence.engine import rings
from geofence.engine.cells import BORDER, Grid, crossed, decide, locate, reference, sketch, sketched
from geofence.engine.charts import chart, patch_of
from geofence.engine.compiled import Column, kernel
from geofence.engine.exact import orientation
from geofence.engine.spreading import Known, Window, spread
from geofence.model import Shape, ShapeKind
from geofence.rules import drawing

SIXTHS = st.integers(-30, 30).map(lambda n: n / 6.0)
POWERS = st.sampled_from([1.0, 4.0, 32.0])


@kernel
def answers(  # noqa: PLR0917 - a kernel
    vertices: Column, starts: Column, edges: Column, grid: Grid, window: Window, places: Column, found: Column
) -> int:
    """found (n, 2): by the cell's sketches or exactly, and by all rings; returns how many were doubtful."""
    cells = spread(vertices, edges, grid, window, Known(-170.0, -80.0, 0))
    doubtful = 0
    for n in range(len(places)):
        x, y = places[n, 0], places[n, 1]
        found[n, 1] = found[n, 0] = locate(vertices, starts, 0, len(starts) - 1, x, y)
        i, j = floor((x - grid.west) * grid.across), floor((y - grid.south) * grid.up)
        cell = (j - window.low) * window.wide + i - window.left
        if cells.inside[cell] == BORDER:
            continue
        rx, ry = reference(grid, i, j)
        px, py = sketched(grid, rx, ry, x, y)
        inside, doubt = cells.inside[cell] == 1, False
        first, last = cells.starts[cell], cells.starts[cell + 1]
        for k in range(first, last):
            a = cells.edges[k]
            word = sketch(
                grid, rx, ry, vertices[a, 0], vertices[a, 1], vertices[a + 1, 0], vertices[a + 1, 1]
            )
            odd, unsure = crossed(word, px, py)
            inside ^= odd
            doubt |= unsure
        if doubt:
            doubtful += 1
            known = int(cells.inside[cell])
            found[n, 0] = decide(vertices, cells.edges, first, last - first, known, rx, ry, x, y)
        else:
            found[n, 0] = inside
    return doubtful


def answered(polygon: Polygon, places: np.ndarray, fineness: float) -> tuple[np.ndarray, int]:
    outline = rings.of(Shape(ShapeKind.AREA, polygon))
    edges = np.concatenate(
        [np.arange(a, b - 1) for a, b in zip(outline.rings[:-1], outline.rings[1:], strict=True)]
    )
    found = np.zeros((len(places), 2), np.int64)
    size = int(20 * fineness)
    window = Window(int(170 * fineness), int(80 * fineness), size, size)
    grid = Grid(-180.0, -90.0, fineness, fineness)
    doubtful = answers(outline.vertices, outline.rings, edges, grid, window, places, found)
    return found, doubtful


@given(
    st.lists(st.tuples(SIXTHS, SIXTHS), min_size=3, max_size=8, unique=True),
    st.lists(st.tuples(SIXTHS, SIXTHS), min_size=1, max_size=30),
    POWERS,
)
def test_sixths(
    corners: list[tuple[float, float]], places: list[tuple[float, float]], fineness: float
) -> None:
    polygon = Polygon(corners)
    if polygon.is_valid:
        found, _ = answered(polygon, np.array(places), fineness)
        covered = shapely.intersects_xy(polygon, *np.array(places).T)
        border = shapely.intersects(polygon.boundary, shapely.points(places))
        assert (found[:, 0] == found[:, 1]).all()
        assert ((found[:, 0] > 0) == covered).all()
        assert ((found[:, 0] == BORDER) == border).all()


def test_few_places_are_doubtful() -> None:
    chance = np.random.default_rng(5)
    turns = np.linspace(0.0, 2 * np.pi, 400, endpoint=False)
    blob = Polygon(np.column_stack((np.cos(turns), np.sin(turns))) * chance.uniform(2.9, 3.0, (400, 1)))
    places = chance.uniform(-3.5, 3.5, (100_000, 2))
    found, doubtful = answered(blob, places, 8.0)
    assert ((found[:, 0] > 0) == shapely.intersects_xy(blob, *places.T)).all()
    assert 0 < doubtful < 300


@kernel
def charted(  # noqa: PLR0917 - a kernel
    vertices: Column, starts: Column, edges: Column, grid: Grid, window: Window, places: Column, found: Column
) -> None:
    """found (n, 3): by the chart, by all rings; 2: the chart leaves it to the edges; how many edges meet."""
    cells = spread(vertices, edges, grid, window, Known(-170.0, -80.0, 0))
    for n in range(len(places)):
        x, y = places[n, 0], places[n, 1]
        i, j = floor((x - grid.west) * grid.across), floor((y - grid.south) * grid.up)
        cell = (j - window.low) * window.wide + i - window.left
        first, last = cells.starts[cell], cells.starts[cell + 1]
        (rx, ry), words = reference(grid, i, j), np.empty(last - first, np.int64)
        for k in range(first, last):
            a, v = cells.edges[k], vertices
            words[k - first] = sketch(grid, rx, ry, v[a, 0], v[a, 1], v[a + 1, 0], v[a + 1, 1])
        told, within = chart(words, 0, len(words), int(cells.inside[cell] == 1))
        left, low = floor((x - grid.west) * grid.across * 1024), floor((y - grid.south) * grid.up * 1024)
        patch = patch_of(left, low, 10)
        found[n, 0] = (within >> patch) & 1 if (told >> patch) & 1 else 2
        found[n, 1] = locate(vertices, starts, 0, len(starts) - 1, x, y)
        found[n, 2] = len(words)


@pytest.mark.parametrize("rough", [2.0, 2.99])
def test_charts_tell_most_and_are_right_to_their_rims(rough: float) -> None:
    """Places anywhere in the cells, and on the rims of their patches, or one double beside."""
    chance = np.random.default_rng(8)
    turns = np.linspace(0.0, 2 * np.pi, 90, endpoint=False)
    blob = Polygon(np.column_stack((np.cos(turns), np.sin(turns))) * chance.uniform(rough, 3.0, (90, 1)))
    outline, fineness = rings.of(Shape(ShapeKind.AREA, blob)), 2.0
    places = chance.uniform(-3.5, 3.5, (40_000, 2))
    places[::2] = np.round(places[::2] * 8 * fineness) / (8 * fineness)
    places[::4] = np.nextafter(places[::4], chance.choice([-9.0, 9.0], (10_000, 2)))
    places[: len(outline.vertices)] = outline.vertices
    grid, window = Grid(-180.0, -90.0, fineness, fineness), Window(340, 160, 40, 40)
    found = np.zeros((len(places), 3), np.int64)
    charted(outline.vertices, outline.rings, np.arange(90), grid, window, places, found)
    told = found[:, 0] < 2
    assert (found[told, 0] == found[told, 1]).all()
    assert told[found[:, 2] > 0].mean() > 0.5


@kernel
def side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:  # noqa: PLR0917
    return orientation(ax, ay, bx, by, px, py)


NEAR_ZERO = st.sampled_from([0.0, 5e-324, 1e-310, 3e-200, 1e-160, 1e-100, 1e-30])
NEXT_TO_ZERO = st.tuples(NEAR_ZERO, st.sampled_from([-1.0, 1.0])).map(lambda v: v[0] * v[1])
VERTEX = st.sampled_from([-3.0, -1.0, -1e-30, 0.0, 1e-30, 0.1, 1.0, 180.0])


@given(st.tuples(VERTEX, VERTEX), st.tuples(VERTEX, VERTEX), st.tuples(NEXT_TO_ZERO, NEXT_TO_ZERO))
def test_the_side_is_exact_down_to_the_smallest_double(
    a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]
) -> None:
    ax, ay, bx, by, px, py = map(Fraction, (*a, *b, *p))
    turn = (ax - px) * (by - py) - (ay - py) * (bx - px)
    assert side(*a, *b, *p) == (turn > 0) - (turn < 0)


@pytest.mark.parametrize(
    ("shape", "refusal"),
    [
        (Shape(ShapeKind.AREA, Polygon([(0, 0), (1, 0), (1, np.inf)])), drawing.ShapeOutsideTheEarth),
        (Shape(ShapeKind.CIRCLE, Point(np.nan, 1.0), 5.0), drawing.ShapeOutsideTheEarth),
        (Shape(ShapeKind.CORRIDOR, LineString([(0, 0), (1, 91)]), 5.0), drawing.ShapeOutsideTheEarth),
        (Shape(ShapeKind.AREA, Polygon([(0, 0), (1, 1e-31), (1, 1)])), drawing.ShapeInvalid),
    ],
)
def test_what_is_no_place_is_refused(shape: Shape, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rings.of(shape)
    with pytest.raises(refusal):
        drawing.check(shape)


def test_rings_of_every_kind() -> None:
    holed = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (1, 2)]])
    line = LineString([(179.0, 1.0), (-179.0, 2.0), (-178.0, 2.0)])
    found = rings.of_many(
        [
            Shape(ShapeKind.AREA, shapely.MultiPolygon([holed, shapely.box(20, 20, 21, 21)])),
            Shape(ShapeKind.CIRCLE, Point(5.0, 6.0), 70.0),
            Shape(ShapeKind.CORRIDOR, line, 80.0),
        ]
    )
    assert found.rings.tolist() == [0, 5, 9, 14, 16, 19]
    assert found.zones.tolist() == [0, 3, 4, 5]
    assert found.vertices[14:].tolist() == [[5, 6], [5, 6], [179, 1], [181, 2], [182, 2]]
    assert found.radius_m.tolist() == [0.0, 70.0, 80.0]
    areas = rings.of_many([Shape(ShapeKind.AREA, holed), Shape(ShapeKind.AREA, shapely.box(0, 0, 1, 1))])
    assert areas.rings.tolist() == [0, 5, 9, 14]
    assert areas.zones.tolist() == [0, 2, 3]
