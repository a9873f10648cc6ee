"""The seats of many people as they are now, in columns: taken in microseconds, and seated again as they were.

What is not simple comes as a standing; so does nothing else, for a standing costs a hundred times as much."""
# ruff: noqa: SLF001 - the other half of `Seats`

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId, PersonId
from geofence.engine.clockwork import Clockwork
from geofence.engine.compiled import Column
from geofence.engine.layout import F8, I8
from geofence.engine.roster import OPEN, PLACE, SEAT, TRAIL
from geofence.engine.seating import Party, sit_simple
from geofence.engine.seats import Seats
from geofence.model import Standing, Terms, Worn
from geofence.rules import devices

NOT_OPEN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Of simple people in columns, of others as standings."""

    people: I8
    seats: Column
    """SEAT[people]"""
    trails: Column
    """PLACE[places]: as many as each seat says it has, oldest first."""
    odds: F8
    """[conditions], as many as each seat says it has; so are the next two."""
    seen: NDArray[np.uint8]
    opened_us: I8
    """When the open breach began; `NOT_OPEN`: none is."""
    before_us: I8
    """[people] `Clockwork.before_us`."""
    worn: dict[PersonId, Worn]
    """Of devices that said something of themselves."""
    odd: list[Standing]

    def everybody(self) -> list[PersonId]:
        """The simple ones first."""
        return [*map(PersonId, self.people.tolist()), *(standing.person for standing in self.odd)]


def take(seats: Seats, people: Sequence[PersonId], clock: Clockwork) -> Snapshot:
    """The seats of these people."""
    held = [seats.people[person] for person in people]
    odd = [seat.standing for seat in held if seat.standing is not None]
    simple = [(person, seat) for person, seat in zip(people, held, strict=True) if seat.standing is None]
    clock.stays(np.empty(0, np.int64))
    rows = np.array([seat.row for _, seat in simple], np.int64)
    columns = seats._seats[rows]
    slots = _places(columns["first"], columns["count"])
    is_open = (seats._slots["bits"][slots] & OPEN) != 0
    return Snapshot(
        np.array([person for person, _ in simple], np.int64),
        columns,
        seats._trails[_ring(rows, columns)],
        seats._slots["odds"][slots],
        seats._slots["seen"][slots],
        np.where(is_open, seats._opened_us[slots], NOT_OPEN),
        clock.before_us[rows],
        {person: seat.worn[0] for person, seat in simple if seat.worn[0].signs or seat.worn[0].ended},
        odd,
    )


def at_us(snapshot: Snapshot) -> I8:
    """The last report or moment that is in each."""
    return np.maximum(0, np.maximum(snapshot.seats["last_us"], snapshot.seats["passed_us"]))  # type: ignore[no-any-return]


def restore(
    seats: Seats, snapshot: Snapshot, terms: Mapping[PersonId, Terms], clock: Clockwork
) -> list[PersonId]:
    """Seat them under the same terms again; gives those whose terms cannot be the same."""
    people = [PersonId(person) for person in snapshot.people.tolist()]
    rows = sit_simple(seats, Party(people, [terms[person] for person in people], at_us(snapshot)))
    _write(seats, rows, snapshot)
    clock.stays(rows)
    clock.before_us[rows] = snapshot.before_us
    strange = np.flatnonzero(seats._seats["count"][rows] != snapshot.seats["count"])
    for person, device in zip(people, snapshot.seats["device"].tolist(), strict=True):
        seats.people[person].worn = (Worn(DeviceId(device)),)
    for person, worn in snapshot.worn.items():
        seat = seats.people[person]
        seat.worn, row = (worn,), seats._seats[seat.row]
        due_us = devices.next_moment(worn, seats.policies)
        row["stop_us"] = row["stop_us"] if due_us is None else min(due_us, int(row["stop_us"]))
    return [people[i] for i in strange.tolist()]


def places(seats: Seats) -> tuple[I8, I8]:
    """Of simple people: the device that put them at their last place, and when."""
    columns = seats._seats[: len(seats.by_row)]
    rows = np.flatnonzero((columns["simple"] != 0) & (columns["seen"] != 0))
    rows = rows[[seats.by_row[row] is not None for row in rows.tolist()]] if len(rows) else rows
    last = seats._trails[rows * TRAIL + columns["newest"][rows]]
    return last["device"], last["taken_us"]


def newest(parts: Sequence[Snapshot]) -> Snapshot:
    """Snapshots as one, the newest last: who is in several of them counts in the last."""
    seen: set[PersonId] = set()
    left = []
    for part in reversed(parts):
        people = part.everybody()
        if not seen.isdisjoint(people):
            new = [person not in seen for person in people]
            simple = len(part.people)
            part = chosen(part, np.array(new[:simple], bool), np.array(new[simple:], bool))  # noqa: PLW2901 - less of it
        seen.update(people)
        left.append(part)
    if not left:
        return EMPTY
    return Snapshot(
        np.concatenate([part.people for part in left]),
        np.concatenate([part.seats for part in left]),
        np.concatenate([part.trails for part in left]),
        np.concatenate([part.odds for part in left]),
        np.concatenate([part.seen for part in left]),
        np.concatenate([part.opened_us for part in left]),
        np.concatenate([part.before_us for part in left]),
        {person: one for part in left for person, one in part.worn.items()},
        [standing for part in left for standing in part.odd],
    )


def chosen(snapshot: Snapshot, simple: NDArray[np.bool_], odd: NDArray[np.bool_]) -> Snapshot:
    """Of some people only."""
    places, slots = (np.repeat(simple, snapshot.seats[name]) for name in ("seen", "count"))
    people = set(snapshot.people[simple].tolist())
    return Snapshot(
        snapshot.people[simple],
        snapshot.seats[simple],
        snapshot.trails[places],
        snapshot.odds[slots],
        snapshot.seen[slots],
        snapshot.opened_us[slots],
        snapshot.before_us[simple],
        {person: worn for person, worn in snapshot.worn.items() if person in people},
        [standing for standing, is_wanted in zip(snapshot.odd, odd.tolist(), strict=True) if is_wanted],
    )


def _write(seats: Seats, rows: I8, snapshot: Snapshot) -> None:
    """All that the terms do not say. Where the number of conditions is another, nothing of them."""
    columns, told = seats._seats, snapshot.seats
    fitting = columns["count"][rows] == told["count"]
    for name in SEAT.names or ():
        if name not in {"first", "count", "aside", "next_us", "stop_us", "newest"}:
            columns[name][rows] = told[name]
    columns["newest"][rows] = (told["seen"].astype(np.int64) - 1) % TRAIL
    columns["aside"][rows] = 0
    seats._trails[_places(rows * TRAIL, told["seen"])] = snapshot.trails
    given = np.repeat(fitting, told["count"])
    slots = _places(columns["first"][rows[fitting]], told["count"][fitting])
    opened_us = snapshot.opened_us[given]
    seats._slots["odds"][slots], seats._slots["seen"][slots] = snapshot.odds[given], snapshot.seen[given]
    seats._slots["bits"][slots] |= np.where(opened_us != NOT_OPEN, OPEN, 0).astype(np.uint8)
    seats._opened_us[slots] = np.where(opened_us != NOT_OPEN, opened_us, 0)


def _places(firsts: Column, counts: Column) -> I8:
    """`counts` numbers from each of `firsts` on."""
    counts = counts.astype(np.int64)
    before = np.cumsum(counts) - counts
    return np.repeat(firsts.astype(np.int64) - before, counts) + np.arange(counts.sum())


def _ring(rows: I8, columns: Column) -> I8:
    """Rows of the places of each, oldest first."""
    seen = columns["seen"].astype(np.int64)
    back = np.repeat(seen, seen) - 1 - (_places(np.zeros(len(rows), np.int64), seen))
    newest = np.repeat(columns["newest"].astype(np.int64), seen)
    return np.repeat(rows * TRAIL, seen) + ((newest - back) & (TRAIL - 1))


EMPTY = Snapshot(
    np.empty(0, np.int64),
    np.empty(0, SEAT),
    np.empty(0, PLACE),
    np.empty(0),
    np.empty(0, np.uint8),
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    {},
    [],
)
