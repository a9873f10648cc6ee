"""The clock of people in seats: taken back where a report was on its way, wound up before it runs down."""
# ruff: noqa: SLF001 - the other half of `Seats`

import numpy as np

from core.model import PersonId
from geofence.engine.layout import I8
from geofence.engine.roster import NOBODY
from geofence.engine.seating import turn_all
from geofence.engine.seats import Seats
from geofence.engine.timelines import WEEK_US
from tracking.fixes import Fixes

HEARD = -(2**62)
"""In the place of a moment: the clock found something since the last report, or has not run."""


class Clockwork:
    """What the clock passed since each person's last report, as long as it found nothing: it can be taken
    back, as if it had never run (ADR-0019)."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self.before_us: I8 = np.full(64, HEARD, np.int64)
        """[seats] `passed_us` as the last report left it; `HEARD`: nothing can be taken back."""

    def runs(self, rows: I8) -> None:
        """The clock is about to pass moments of these people."""
        self._reach()
        seats = self._seats._seats[rows]
        fresh = seats["passed_us"] <= seats["last_us"]
        self.before_us[rows[fresh]] = seats["passed_us"][fresh]

    def stays(self, rows: I8) -> None:
        """What happened to them cannot be taken back."""
        self._reach()
        self.before_us[rows] = HEARD

    def take_back(self, fixes: Fixes) -> list[PersonId]:
        """Before these reports are folded: whoever's were under way when the clock passed a moment."""
        self._reach()
        cols = self._seats.columns()
        known = fixes.person < len(cols.seat_of)
        rows = np.where(known, cols.seat_of[np.where(known, fixes.person, 0)], NOBODY)
        seats = cols.seats[rows]
        is_overtaken = (rows != NOBODY) & (fixes.taken_us > seats["last_us"])
        is_overtaken &= (fixes.taken_us < seats["passed_us"]) & (seats["simple"] != 0)
        is_overtaken[is_overtaken] = self.before_us[rows[is_overtaken]] != HEARD
        again = np.unique(rows[is_overtaken]).astype(np.int64)
        if len(again):
            cols.seats["passed_us"][again] = self.before_us[again]
            turn_all(cols, again, np.maximum(cols.seats["last_us"][again], self.before_us[again]))
        return [self._seats.person_in(row) for row in again.tolist()]

    def wind(self, person: PersonId, now_us: int) -> None:
        """Timelines that end within a week are laid out anew; else everybody's would end at one moment, and
        everybody would be looked at by hand in it."""
        seats, seat = self._seats, self._seats.people[person]
        if seat.standing is not None or not any(
            seats._lines.ends_us(line) - now_us < WEEK_US for line in seat.lines
        ):
            return
        row = seats._seats[seat.row]
        last_us = int(row["last_us"])
        old, seat.lines = seat.lines, tuple(seats._lines.hold(term, last_us) for term in seat.current)
        for line in old:
            seats._lines.release(line)
        first = int(row["first"])
        seats._slots["line"][first : first + len(seat.lines)] = seat.lines
        row["stop_us"] = seats._stop_us(seat, seats.read(seat))

    def _reach(self) -> None:
        seats = len(self._seats.by_row)
        if seats > len(self.before_us):
            wider = np.full(2 * seats, HEARD, np.int64)
            wider[: len(self.before_us)] = self.before_us
            self.before_us = wider
