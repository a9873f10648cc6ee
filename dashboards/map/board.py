"""Everybody's newest position and state in columns, a row a person: a batch costs what moved (ADR-0020)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dashboards.map import tiles
from dashboards.model import PersonState
from tracking.wire import positions

Rows = NDArray[np.intp]
STATES: Final = (PersonState.ORDER, PersonState.BATTERY, PersonState.SILENT, PersonState.BREACH)
"""By gravity; a state's place here is its number on the wire."""
LOW_BATTERY: Final = 20
"""Percent: shown before it is a breach, as dashboards/static/people.js does."""


class Board:
    """Rows are never given back, so others may keep their numbers."""

    def __init__(self) -> None:
        self.size = 0
        self.newest_ms = 0.0
        """The time of the newest fix of all, ms since 1970."""
        self._last = np.zeros(1024, positions.POSITION)
        self._x, self._y = np.zeros(1024, np.int32), np.zeros(1024, np.int32)
        self._state = np.zeros(1024, np.uint8)
        self._row_of = np.full(1024, -1, np.intp)
        self._graver: dict[int, int] = {}
        """The state of people who are not in order, whether they have a row or not."""

    @property
    def last(self) -> positions.Positions:
        """Everybody's newest position."""
        return self._last[: self.size]

    @property
    def everybody(self) -> Rows:
        return np.arange(self.size)

    def rows(self, people: NDArray[Any]) -> Rows:
        """Where these people stand; those never located have no row and are left out."""
        known = people[people < len(self._row_of)]
        found = self._row_of[known]
        located: Rows = found[found >= 0]
        return located

    def take(self, moved: positions.Positions) -> Rows:
        """Newer positions replace older ones; the rows that changed. At most one position a person."""
        self._make_rows(moved["person"])
        rows = self.rows(moved["person"])
        newer = moved["taken_ms"] >= self._last["taken_ms"][rows]
        rows, moved = rows[newer], moved[newer]
        self._last[rows] = moved
        self.newest_ms = max(self.newest_ms, float(moved["taken_ms"].max(initial=0)))
        self._x[rows], self._y[rows] = tiles.mercator(moved["lon"] * 1e-7, moved["lat"] * 1e-7)
        return rows

    def stand(self, states: Mapping[int, PersonState]) -> None:
        """What is known of how people stand."""
        for person, state in states.items():
            number = STATES.index(state)
            self._graver.pop(person, None)
            if number:
                self._graver[person] = number
            self._state[self.rows(np.array([person]))] = number

    def places(self, rows: Rows) -> tuple[tiles.Column, tiles.Column]:
        """x and y of these rows, in steps of tiles.LEVEL."""
        return self._x[rows], self._y[rows]

    def states(self, rows: Rows) -> NDArray[np.uint8]:
        """How they are shown: what the platform says, and a battery that is low before it is a breach."""
        state = self._state[rows]
        is_low = (state == 0) & (self._last["battery"][rows] <= LOW_BATTERY)
        return np.where(is_low, np.uint8(1), state)

    def counts(self, rows: Rows) -> dict[str, int]:
        found = np.bincount(self.states(rows), minlength=len(STATES)).tolist()
        return {str(state): count for state, count in zip(STATES, found, strict=True)}

    def _make_rows(self, people: NDArray[Any]) -> None:
        highest = int(people.max(initial=0))
        if highest >= len(self._row_of):
            longer = np.full(max(highest + 1, 2 * len(self._row_of)), -1, np.intp)
            longer[: len(self._row_of)] = self._row_of
            self._row_of = longer
        new = np.unique(people[self._row_of[people] < 0])
        self._grow(self.size + len(new))
        rows = np.arange(self.size, self.size + len(new))
        self._row_of[new] = rows
        self._last["taken_ms"][rows] = -np.inf
        self._state[rows] = [self._graver.get(person, 0) for person in new.tolist()]
        self.size += len(new)

    def _grow(self, size: int) -> None:
        if size > len(self._last):
            more = max(size, 2 * len(self._last)) - len(self._last)
            self._last, self._x, self._y, self._state = (
                np.concatenate([column, np.zeros(more, column.dtype)]) for column in self._columns()
            )

    def _columns(self) -> Iterable[NDArray[Any]]:
        return self._last, self._x, self._y, self._state
