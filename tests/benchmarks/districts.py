"""Districts that tile an area: ragged borders by repeated halving, shared by the neighbours on both sides."""

from itertools import product
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Border = tuple[str, int, int]
""""east" or "north" from the crossing (column, row) to the next."""

FEWEST, MOST = 1250, 5000
"""Segments of one border; a district has four."""
RAGGED, CALMER = 0.13, 0.97
"""First displacement as a share of the length, and what is left of it in each further attempt."""
SMOOTHER = 0.93
"""The same from halving to halving."""
ATTEMPTS = 60


def tiling(area: tuple[float, float, float], parts: tuple[int, int], chance: Generator) -> NDArray[Any]:
    """Valid polygons, column by column; `area`: west, south, side in degrees."""
    crossings = _crossings(area, parts, chance)
    columns, rows = parts
    all_borders: list[Border] = [("east", i, j) for i, j in product(range(columns), range(rows + 1))]
    all_borders += [("north", i, j) for i, j in product(range(columns + 1), range(rows))]
    borders: dict[Border, Floats] = {}
    wrong = set(all_borders)
    for attempt in range(ATTEMPTS):
        borders |= {
            key: _border(crossings, key, calm=CALMER**attempt, chance=chance) for key in sorted(wrong)
        }
        found = np.array([_district(borders, i, j) for i, j in product(range(columns), range(rows))])
        wrong = {
            key
            for place in np.flatnonzero(~shapely.is_valid(found)).tolist()
            for key in _around(*divmod(place, rows))
        }
        if not wrong:
            return found
    raise RuntimeError("some borders still cross each other")


def _crossings(area: tuple[float, float, float], parts: tuple[int, int], chance: Generator) -> Floats:
    """Where borders meet: a grid, shaken a quarter of its cells, straight at the area's rim."""
    west, south, side = area
    columns, rows = parts
    x, y = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1), indexing="ij")
    move_x = chance.uniform(-0.25, 0.25, x.shape) / columns
    move_y = chance.uniform(-0.25, 0.25, y.shape) / rows
    move_x[[0, -1]] = 0
    move_y[:, [0, -1]] = 0
    return np.stack([west + side * (x + move_x), south + side * (y + move_y)], axis=-1)


def _border(crossings: Floats, key: Border, *, calm: float, chance: Generator) -> Floats:
    way, i, j = key
    begin, end = crossings[i, j], crossings[(i + 1, j) if way == "east" else (i, j + 1)]
    while True:
        drawn = _ragged(begin, end, segments=int(chance.integers(FEWEST, MOST)), calm=calm, chance=chance)
        if shapely.is_simple(shapely.linestrings(drawn)):
            return drawn
        calm *= CALMER


def _ragged(begin: Floats, end: Floats, *, segments: int, calm: float, chance: Generator) -> Floats:
    """Halve each segment and push its middle aside until there are enough, then leave some out."""
    line, push = np.array([begin, end]), RAGGED * calm
    while len(line) <= segments:
        along = np.diff(line, axis=0)
        aside = np.column_stack([-along[:, 1], along[:, 0]]) * chance.uniform(-push, push, (len(along), 1))
        halved = np.empty((2 * len(line) - 1, 2))
        halved[0::2], halved[1::2] = line, line[:-1] + along / 2 + aside
        line, push = halved, push * SMOOTHER
    kept = chance.choice(np.arange(1, len(line) - 1), segments - 1, replace=False)
    return line[np.concatenate([[0], np.sort(kept), [len(line) - 1]])]


def _around(i: int, j: int) -> list[Border]:
    return [("east", i, j), ("north", i + 1, j), ("east", i, j + 1), ("north", i, j)]


def _district(borders: dict[Border, Floats], i: int, j: int) -> Any:
    bottom, right, top, left = (borders[key] for key in _around(i, j))
    return shapely.Polygon(np.concatenate([bottom[:-1], right[:-1], top[::-1][:-1], left[::-1]]))
