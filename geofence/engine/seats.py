"""Everybody's standing in columns: written from `model.Standing`, read back as one, changed by kernels.

Whoever is not simple (two devices, a doubtful place, conditions not yet looked at) keeps the standing itself,
and the columns only say when the person is next due."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from core.model import DeviceId, PersonId
from geofence.engine.compiled import Column
from geofence.engine.layout import EAST, HEAD, NORTH, SOUTH, WEST
from geofence.engine.roster import (
    FORBIDS,
    MOST_TERMS,
    NEVER_US,
    NOBODY,
    OPEN,
    PLACE,
    SEAT,
    SIGNS,
    SLOT,
    TRAIL,
    Columns,
    grown,
    room,
)
from geofence.engine.timelines import Timelines
from geofence.engine.zones import Zones
from geofence.model import Belief, Mark, OpenBreach, Place, Standing, Terms, Worn
from geofence.policies import Policies
from geofence.rules import devices, walk, zones

UNKNOWN: Final = -1


@dataclass(slots=True)
class Seat:
    """What kernels need not know of a person."""

    row: int
    terms: Terms
    """All that had not ended when they were put."""
    held: dict[int, int]
    """Numbers in the pool of zones, by the identity in memory of the term."""
    current: Terms = ()
    """One a slot."""
    numbers: tuple[int, ...] = ()
    """Zones, one a slot."""
    lines: tuple[int, ...] = ()
    """Timelines, one a slot."""
    worn: tuple[Worn, ...] = ()
    standing: Standing | None = None
    """Of somebody who is not simple."""


class Seats:
    """Rows of people, taken and given back; `columns()` is what kernels read and write."""

    def __init__(self, policies: Policies, pool: Zones) -> None:
        self.policies = policies
        self.pool = pool
        self.people: dict[PersonId, Seat] = {}
        self.by_row: list[PersonId | None] = []
        self._free: list[int] = []
        self._slots_free: dict[int, list[int]] = {}
        self._slots_used = 0
        self._lines = Timelines()
        self._seat_of = np.full(1024, NOBODY, np.int32)
        self._seats, self._trails = room(64, SEAT), room(64 * TRAIL, PLACE)
        self._slots, self._opened_us = room(256, SLOT), room(256, np.int64)

    def columns(self) -> Columns:
        lines = self._lines
        return Columns(
            self._seat_of,
            self._seats,
            self._trails,
            self._slots,
            self._opened_us,
            lines.heads,
            lines.edges_us,
            lines.edges_bits,
        )

    def sit(self, person: PersonId, terms: Terms, standing: Standing) -> Seat:
        """A row for somebody; the zones of all their terms are held, the new ones first."""
        left = tuple(t for t in terms if t.until_us is None or t.until_us > standing.at_us)
        numbers = self.pool.hold_all([term.shape for term in left])
        self.rise(person)
        held = {id(term): number for term, number in zip(left, numbers, strict=True)}
        seat = self.people[person] = Seat(self._row(person), left, held)
        self.write(seat, standing)
        return seat

    def rise(self, person: PersonId) -> None:
        seat = self.people.pop(person, None)
        if seat is None:
            return
        for number in seat.held.values():
            self.pool.release(number)
        self._give_back(seat)
        self._seat_of[person] = NOBODY
        self._seats[seat.row]["next_us"] = self._seats[seat.row]["stop_us"] = NEVER_US
        self.by_row[seat.row] = None
        self._free.append(seat.row)

    def at_us(self, seat: Seat) -> int:
        row = self._seats[seat.row]
        return max(0, int(row["last_us"]), int(row["passed_us"]))

    def due(self, until_us: int, among: list[int] | None = None) -> list[int]:
        """Rows for whom the clock matters up to a moment; `among`: only these are looked at."""
        rows = self._seats[: len(self.by_row)] if among is None else self._seats[among]
        due = np.flatnonzero((rows["next_us"] <= until_us) | (rows["stop_us"] <= until_us))
        listed = due.tolist() if among is None else [among[i] for i in due.tolist()]
        return [row for row in listed if self.by_row[row] is not None]

    def seat_in(self, row: int) -> Seat:
        return self.people[self.person_in(row)]

    def person_in(self, row: int) -> PersonId:
        person = self.by_row[row]
        if person is None:
            raise LookupError(row)
        return person

    def write(self, seat: Seat, standing: Standing, *, as_of_us: int = 0) -> None:
        """Bring the columns up to what the scalar rules made of somebody; nothing is due by `as_of_us`."""
        row = self._seats[seat.row]
        at_us = max(standing.at_us, as_of_us)
        is_simple = self._is_simple(seat, standing)
        seat.standing, seat.worn = (None if is_simple else standing), standing.worn
        mark = standing.last or Mark(-NEVER_US, DeviceId(NOBODY), NOBODY)
        row["last_us"], row["device"], row["sequence"] = mark
        row["passed_us"], row["simple"] = standing.passed_us, is_simple
        row["count"] = row["seen"] = 0
        row["next_us"] = NEVER_US
        self._give_back(seat)
        if is_simple:
            self._write_trail(seat, standing)
            self._write_slots(seat, standing, at_us)
            self._write_device(seat, standing.worn[0])
        row["stop_us"] = self._stop_us(seat, standing)

    def read(self, seat: Seat) -> Standing:
        """The standing of somebody as it is now."""
        if seat.standing is not None:
            return seat.standing
        row = self._seats[seat.row]
        trail = self.trail(seat.row)
        worn = replace(
            seat.worn[0],
            battery=None if row["battery"] == UNKNOWN else int(row["battery"]),
            is_charging=bool(row["charging"]),
            place=trail[-1] if trail else None,
        )
        last = Mark(int(row["last_us"]), DeviceId(int(row["device"])), int(row["sequence"]))
        beliefs = tuple(self._belief(seat, k) for k in range(len(seat.current)))
        return Standing(self.person_in(seat.row), last, int(row["passed_us"]), trail, beliefs, (worn,))

    def trail(self, row: int) -> tuple[Place, ...]:
        seat = self._seats[row]
        newest, seen = int(seat["newest"]), int(seat["seen"])
        ring = [row * TRAIL + ((newest - back) & (TRAIL - 1)) for back in reversed(range(seen))]
        return tuple(place_of(self._trails[i]) for i in ring)

    def _belief(self, seat: Seat, k: int) -> Belief:
        first = int(self._seats[seat.row]["first"])
        slot, term = self._slots[first + k], seat.current[k]
        breach = None
        if slot["bits"] & OPEN:
            breach = OpenBreach(zones.BREACH[term.kind], term.condition, int(self._opened_us[first + k]))
        belief = replace(zones.unknown(term), odds=float(slot["odds"]), seen=int(slot["seen"]))
        return replace(belief, breach=breach)

    def _row(self, person: PersonId) -> int:
        if person >= len(self._seat_of):
            wider = np.full(max(person + 1, 2 * len(self._seat_of)), NOBODY, np.int32)
            wider[: len(self._seat_of)] = self._seat_of
            self._seat_of = wider
        if self._free:
            row = self._free.pop()
        else:
            row = len(self.by_row)
            self.by_row.append(None)
            self._seats = grown(self._seats, row + 1)
            self._trails = grown(self._trails, TRAIL * (row + 1))
        self.by_row[row] = person
        self._seat_of[person] = row
        return row

    def _give_back(self, seat: Seat) -> None:
        if seat.current:
            first = int(self._seats[seat.row]["first"])
            self._slots_free.setdefault(len(seat.current), []).append(first)
        for line in seat.lines:
            self._lines.release(line)
        seat.current = seat.lines = ()

    def _is_simple(self, seat: Seat, standing: Standing) -> bool:
        """One device, which spoke last and whose last place is the person's; beliefs of just the current
        terms."""
        current = walk.at(seat.terms, standing.at_us)
        if standing.last is None or len(standing.worn) != 1 or len(current) > MOST_TERMS:
            return False
        worn = standing.worn[0]
        return (
            worn.device == standing.last.device
            and worn.doubtful is None
            and worn.place == standing.place
            and len(standing.trail) <= TRAIL
            and len(standing.beliefs) == len(current)
            and all(map(zones.is_about, standing.beliefs, current))
        )

    def _stop_us(self, seat: Seat, standing: Standing) -> int:
        """When the scalar rules must look: never of somebody never heard."""
        if standing.last is None:
            return NEVER_US
        if seat.standing is not None:
            found = walk.next_moment(standing, seat.terms, policies=self.policies)
            return NEVER_US if found is None else found
        at_us = standing.at_us
        edges = [edge for t in seat.terms for edge in (t.since_us, t.until_us) if edge and edge > at_us]
        edges += [self._lines.ends_us(line) for line in seat.lines]
        edges += [due for worn in standing.worn if (due := devices.next_moment(worn, self.policies))]
        return min(edges, default=NEVER_US)

    def _write_trail(self, seat: Seat, standing: Standing) -> None:
        row = self._seats[seat.row]
        row["seen"], row["newest"] = len(standing.trail), (len(standing.trail) - 1) % TRAIL
        for i, place in enumerate(standing.trail):
            self._trails[seat.row * TRAIL + i] = tuple(place)

    def _write_device(self, seat: Seat, worn: Worn) -> None:
        row = self._seats[seat.row]
        row["battery"] = UNKNOWN if worn.battery is None else worn.battery
        row["charging"] = worn.is_charging
        row["signs"] = sum({SIGNS[sign.kind] for sign in worn.signs})

    def _write_slots(self, seat: Seat, standing: Standing, at_us: int) -> None:
        seat.current = walk.at(seat.terms, at_us)
        seat.numbers = tuple(seat.held[id(term)] for term in seat.current)
        seat.lines = tuple(self._lines.hold(term, at_us) for term in seat.current)
        row = self._seats[seat.row]
        first = row["first"] = self._room(len(seat.current))
        row["count"], spans = len(seat.current), self.pool.view().columns.heads.view(np.float32)
        for k, (term, belief) in enumerate(zip(seat.current, standing.beliefs, strict=True)):
            slot = self._slots[first + k]
            slot["odds"], slot["seen"] = belief.odds, belief.seen
            head = seat.numbers[k] * HEAD
            slot["lon"], slot["half_lon"] = around(spans[head + WEST], spans[head + EAST])
            slot["lat"], slot["half_lat"] = around(spans[head + SOUTH], spans[head + NORTH])
            slot["zone"], slot["line"] = seat.numbers[k], seat.lines[k]
            slot["kind"] = FORBIDS[term.kind]
            slot["bits"] = 0 if belief.breach is None else OPEN
            self._opened_us[first + k] = 0 if belief.breach is None else belief.breach.opened_us
        row["next_us"] = self._turn(seat, at_us)

    def _turn(self, seat: Seat, at_us: int) -> int:
        """Each slot's hours as they are at a moment; gives the next moment."""
        next_us = NEVER_US
        first = int(self._seats[seat.row]["first"])
        for k, line in enumerate(seat.lines):
            bits, after_us = self._lines.at(line, at_us)
            self._slots[first + k]["bits"] |= bits
            next_us = min(next_us, after_us)
        return next_us

    def _room(self, count: int) -> int:
        """Slots next to each other; the first one's number."""
        if self._slots_free.get(count):
            return self._slots_free[count].pop()
        first, self._slots_used = self._slots_used, self._slots_used + count
        self._slots = grown(self._slots, self._slots_used)
        self._opened_us = grown(self._opened_us, self._slots_used)
        return first


def around(low: Any, high: Any) -> tuple[Any, Any]:
    """The middle of a span, and half of it, rounded up; of many, if they are columns. All float32."""
    middle = low / 2 + high / 2
    half = np.maximum(np.float64(high) - np.float64(middle), np.float64(middle) - np.float64(low))
    return middle, np.nextafter(np.float32(half), np.float32(np.inf))


def places_of(rows: Column, first: int, count: int) -> tuple[Place, ...]:
    return tuple(place_of(row) for row in rows[first : first + count])


def place_of(row: np.void) -> Place:
    device, sequence, taken_us, lon, lat, accuracy_m, is_assumed, weight = row.tolist()
    return Place(
        DeviceId(device), sequence, taken_us, lon, lat, accuracy_m, is_assumed=bool(is_assumed), weight=weight
    )
