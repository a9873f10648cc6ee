"""Shows every audience where its people are: moves to who sees all of them, tiles to those who look."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import numpy as np

from dashboards.map import lines, tiles
from dashboards.map.board import Board, Rows
from dashboards.map.lines import Audience, Line
from dashboards.map.tiles import Tile
from tracking.wire import positions

MOST_NAMED: Final = 2_000
"""Whoever sees more people is shown a crowd: counts, and names when they ask for one."""
COUNT_S: Final = 1.0
"""How often crowds are counted."""
Watchers = Mapping[int, AbstractSet[Audience]]


class Scenery:
    """What moved since it was last shown, and in which tile of people everybody was shown last."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.moved: list[Rows] = []
        self._tile = np.zeros(0, np.int64)
        self._given: dict[int, list[Rows]] = {}
        """By tile of people: whom it held when it was shown whole, since moves were last shown."""
        self._counted = 0.0

    def show(self, audiences: Iterable[Audience], *, watchers: Watchers, now: float) -> None:
        there = list(audiences)
        rows = np.unique(np.concatenate([np.zeros(0, np.intp), *self.moved]))
        self.moved.clear()
        if len(rows):
            self._move(there, rows, watchers=watchers)
        self._given.clear()
        if now - self._counted >= COUNT_S:
            self._counted = now
            for audience in there:
                self._count(audience)

    def _move(self, there: Iterable[Audience], rows: Rows, *, watchers: Watchers) -> None:
        before, now = self._from_where(rows)
        places, everywhere = self._places(rows, watchers), np.arange(len(rows))
        for audience in there:
            mine = everywhere if audience.seen is None else np.array(places.get(audience, ()), np.intp)
            if len(mine):
                self._show_plain(audience, rows[mine])
                self._show_people(audience, rows[mine], before=before[mine], now=now[mine])

    def _places(self, rows: Rows, watchers: Watchers) -> dict[Audience, list[int]]:
        """Which of these rows each audience sees: costs by what moved and who sees it."""
        found: dict[Audience, list[int]] = {}
        if watchers:
            for place, person in enumerate(self.board.last["person"][rows].tolist()):
                for audience in watchers.get(person, ()):
                    found.setdefault(audience, []).append(place)
        return found

    def _show_plain(self, audience: Audience, rows: Rows) -> None:
        if audience.plain:
            frame = lines.binary(positions.encode(self.board.last[rows]))
            for line in audience.plain:
                line.show(frame)

    def _from_where(self, rows: Rows) -> tuple[tiles.Numbers, tiles.Numbers]:
        """The tiles of people in which these were shown last, and those they are in now."""
        now = tiles.number(*self.board.places(rows), zoom=tiles.CLUSTERED + 1)
        if len(self._tile) < self.board.size:
            fresh = np.full(2 * self.board.size - len(self._tile), -1, np.int64)
            self._tile = np.concatenate([self._tile, fresh])
        before = self._tile[rows]
        self._tile[rows] = now
        return before, now

    def _show_people(
        self, audience: Audience, rows: Rows, *, before: tiles.Numbers, now: tiles.Numbers
    ) -> None:
        """Who came, went or moved on in each tile that somebody looks at."""
        for tile, those in audience.tiles.items():
            if tile.lists_people:
                given = np.concatenate([np.zeros(0, np.intp), *self._given.get(tile.number, ())])
                mine = rows[(before == tile.number) | (now == tile.number) | np.isin(rows, given)]
                if len(mine):
                    frame = lines.binary(self._people(tile, mine, whole=0))
                    for line in those:
                        line.show(frame)

    def _people(self, tile: Tile, rows: Rows, *, whole: int) -> bytes:
        return tiles.pack_people(tile, self.board.last[rows], states=self.board.states(rows), whole=whole)

    def is_crowd(self, audience: Audience) -> bool:
        return len(self.rows_of(audience)) > MOST_NAMED

    def rows_of(self, audience: Audience) -> Rows:
        return self.board.everybody if audience.seen is None else self.board.rows(audience.people)

    def _grid(self, rows: Rows, zoom: int) -> tiles.Grid:
        return tiles.grid(*self.board.places(rows), self.board.states(rows), zoom=zoom)

    def _count(self, audience: Audience) -> None:
        """Crowds: cells that changed, once an audience and zoom, and the sums."""
        if not (audience.tiles or audience.is_crowd):
            return
        rows = self.rows_of(audience)
        for zoom, before in audience.grids.items():
            audience.grids[zoom] = self._grid(rows, zoom)
            self._show_cells(audience, tiles.changes(before, audience.grids[zoom]), zoom=zoom)
        counts = self.board.counts(rows)
        if audience.is_crowd and counts != audience.counts:
            audience.counts = counts
            frame = lines.message("counts", counts=counts)
            for line in audience.lines:
                line.beat(frame)

    def _show_cells(self, audience: Audience, changed: tiles.Grid, *, zoom: int) -> None:
        for tile, those in audience.tiles.items():
            cells = changed.of(tile) if tile.zoom == zoom else changed.cells[:0]
            if len(cells):
                frame = lines.binary(tiles.pack_cells(tile, cells, whole=0))
                for line in those:
                    line.show(frame)

    def look(self, line: Line, wanted: frozenset[Tile]) -> None:
        """From now on the line is shown these tiles, and at once those that are new to it."""
        audience, new = line.audience, wanted - line.tiles
        audience.plain.discard(line)
        audience.look(line, wanted)
        for tile in sorted(new):
            line.show(self.whole(audience, tile))

    def whole(self, audience: Audience, tile: Tile) -> bytes:
        rows = self.rows_of(audience)
        if tile.lists_people:
            within = tiles.number(*self.board.places(rows), zoom=tile.zoom) == tile.number
            self._given.setdefault(tile.number, []).append(rows[within])
            return lines.binary(self._people(tile, rows[within], whole=1))
        if tile.zoom not in audience.grids:
            audience.grids[tile.zoom] = self._grid(rows, tile.zoom)
        return lines.binary(tiles.pack_cells(tile, audience.grids[tile.zoom].of(tile), whole=1))

    def show_all(self, line: Line) -> None:
        """Who begins, or stood still for a while, is shown everything."""
        line.is_behind = False
        for tile in sorted(line.tiles):
            line.show(self.whole(line.audience, tile))
        if line in line.audience.plain:
            line.show(self.plain(line.audience))

    def plain(self, audience: Audience) -> bytes:
        return lines.binary(positions.encode(self.board.last[self.rows_of(audience)]))
