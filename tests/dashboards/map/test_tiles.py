"""Tiles and the board: where places fall, what a view sees, that everybody is counted once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import listening
from dashboards.map import tiles
from dashboards.map.board import Board
from dashboards.map.tiles import Tile
from dashboards.model import PersonState

ZOOMS = st.integers(tiles.WIDEST, tiles.CLUSTERED)
PLACES = st.lists(st.tuples(st.floats(-180, 180), st.floats(-84, 84), st.integers(0, 3)), max_size=40)


def grid(places: list[tuple[float, float, int]], zoom: int) -> tiles.Grid:
    lon, lat, state = np.array(places, float).reshape(-1, 3).T
    return tiles.grid(*tiles.mercator(lon, lat), state.astype(np.uint8), zoom=zoom)


@given(PLACES, ZOOMS)
def test_everybody_is_counted_once_by_state_in_the_cell_where_they_are(
    places: list[tuple[float, float, int]], zoom: int
) -> None:
    found = grid(places, zoom)
    truth: dict[tuple[int, int], list[int]] = {}
    for lon, lat, state in places:
        (x,), (y,) = tiles.mercator([lon], [lat])
        shift = tiles.LEVEL - zoom - 3
        truth.setdefault((int(x) >> shift, int(y) >> shift), [0] * tiles.STATES)[state] += 1
    assert {(int(c["x"]), int(c["y"])): c["counts"].tolist() for c in found.cells} == truth
    assert found.cells["dx"].max(initial=1) <= 15
    assert found.cells["dx"].min(initial=1) >= 1


@given(PLACES, PLACES, ZOOMS)
def test_what_was_and_what_changed_make_what_is(
    before: list[tuple[float, float, int]], after: list[tuple[float, float, int]], zoom: int
) -> None:
    was, now = grid(before, zoom), grid(after, zoom)
    shown = contents(was)
    for key, cell in contents(tiles.changes(was, now)).items():
        shown[key] = cell
        if not np.frombuffer(cell, tiles.CELL)["counts"].any():
            del shown[key]
    assert shown == contents(now)
    assert len(tiles.changes(now, now).key) == 0


@given(st.floats(-180, 180), st.floats(-85, 85), st.floats(0, 360), st.floats(0, 170), st.floats(0, 24))
def test_a_view_is_covered_by_few_tiles(
    west: float, south: float, wide: float, high: float, zoom: float
) -> None:
    east, north = min(180.0, west + wide), min(85.0, south + high)
    seen = tiles.in_view(west, south, east, north, zoom=zoom)
    assert 0 < len(seen) <= tiles.MOST_TILES
    level = {tile.zoom for tile in seen}.pop()
    for lon, lat in ((west, south), (east, north), ((west + east) / 2, (south + north) / 2)):
        [number] = tiles.number(*tiles.mercator([lon], [lat]), zoom=level)
        assert number in {tile.number for tile in seen}


def contents(grid: tiles.Grid) -> dict[int, bytes]:
    return {key: cell.tobytes() for key, cell in zip(grid.key.tolist(), grid.cells, strict=True)}


def test_frames_say_what_was_packed_and_nothing_else_is_a_frame() -> None:
    cells = grid([(69.2, 41.3, 0), (69.2, 41.3, 3)], 9)
    tile = next(iter(tiles.in_view(69.2, 41.3, 69.2, 41.3, zoom=9)))
    assert cells.of(tile).tobytes() == cells.cells.tobytes()
    assert len(cells.of(Tile(9, tile.x + 1, tile.y))) == 0
    back = tiles.unpack(tiles.pack_cells(tile, cells.cells, whole=1))
    assert back[0] == tile
    assert back[1]
    assert back[2].tobytes() == cells.cells.tobytes()
    for wrong in (b"", b"EP\x01", b"EC\x02" + bytes(13)):
        with pytest.raises(ValueError, match="not a tile"):
            tiles.unpack(wrong)


def test_the_board_keeps_the_newest_of_each_and_grows() -> None:
    board = Board()
    board.stand({5: PersonState.BREACH, 6: PersonState.SILENT})
    assert board.take(listening.moved(7, 5, at_ms=5.0)).tolist() == [1, 0]
    assert board.take(listening.moved(5, at_ms=4.0)).tolist() == []
    many = range(1, 5_001)
    assert len(board.take(listening.moved(*many, at_ms=6.0))) == 5_000
    assert (board.size, board.newest_ms) == (5_000, 6.0)
    assert board.last["person"][board.rows(np.array([5, 7, 5_000, 9_999]))].tolist() == [5, 7, 5_000]
    assert board.counts(board.everybody) == {"order": 4_998, "battery": 0, "silent": 1, "breach": 1}
    board.stand({5: PersonState.ORDER})
    assert board.counts(board.rows(np.array([5, 6]))) == {"order": 1, "battery": 0, "silent": 1, "breach": 0}
