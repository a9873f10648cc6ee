"""Everybody under supervision, kept in memory by the one worker that judges.

Equal to `walk.walk` person by person, for any split into batches and any ticks between them: what is usual is
folded by the compiled judge, the rest by the scalar rules themselves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.model import DeviceId, PersonId
from geofence.engine import findings, judging, parameters, roster, seating, snapshots, usual
from geofence.engine.clockwork import Clockwork
from geofence.engine.roster import FOUND, PLACE, TRAIL, Batch, Out
from geofence.engine.seats import Seat, Seats
from geofence.engine.snapshots import Snapshot
from geofence.engine.zones import Zones
from geofence.model import Change, Mark, Place, Standing, Term, Terms
from geofence.policies import Policies
from geofence.rules import walk, zones
from tracking.fixes import Fixes

ROOM = 4096
"""Changes that one call of a kernel may find before it must be called again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch came to."""

    changes: list[Change]
    """By person, in the order of the fold."""
    late: frozenset[PersonId]
    """All their reports of this batch were set aside: one is older than what is folded already, or the board
    does not hold the person. Whoever stores them judges them by replay, and puts the new standing."""


class Board:
    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self._params = parameters.columns(policies)
        self._zones = Zones()
        self._seats = Seats(policies, self._zones)
        self._clock = Clockwork(self._seats)
        self._turn = 0
        self._out = Out(roster.room(ROOM, FOUND), roster.room(ROOM * TRAIL, PLACE))
        self._scratch = roster.scratch()
        self._last = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._seats.people)

    def __contains__(self, person: object) -> bool:
        return person in self._seats.people

    def __iter__(self) -> Iterator[PersonId]:
        return iter(self._seats.people)

    def put(self, person: PersonId, terms: Terms, standing: Standing | None = None) -> None:
        """Seat a person, or replace their terms and standing. No standing: they keep theirs, or begin afresh.

        Terms that differ from the old before `standing.at_us` need a standing folded under the new ones."""
        if standing is None:
            standing = self.standing(person) if person in self else walk.fresh(person)
        seat = self._seats.sit(person, terms, standing)
        self._clock.stays(np.array([seat.row]))

    def put_fresh(self, people: Sequence[PersonId], terms: Mapping[PersonId, Terms]) -> None:
        """Seat many of whom nothing was heard yet; none of them has a seat."""
        seating.sit_fresh(self._seats, people, [terms[person] for person in people])

    def snapshot(self, people: Sequence[PersonId]) -> Snapshot:
        """Their seats as they are now."""
        return snapshots.take(self._seats, people, self._clock)

    def restore(self, taken: Snapshot, terms: Mapping[PersonId, Terms]) -> list[PersonId]:
        """Seat those who have no seat as they were, under the same terms; gives those of whom the terms say
        that they are not the same: put them."""
        strange = snapshots.restore(self._seats, taken, terms, self._clock)
        for standing in taken.odd:
            self.put(standing.person, terms[standing.person], standing)
        return strange

    def drop(self, person: PersonId) -> None:
        self._seats.rise(person)

    def standing(self, person: PersonId) -> Standing:
        return self._seats.read(self._seats.people[person])

    def last(self, person: PersonId) -> Mark | None:
        """`standing(person).last`, at once."""
        seat = self._seats.people[person]
        if seat.standing is not None:
            return seat.standing.last
        row = self._seats.columns().seats[seat.row]
        return Mark(int(row["last_us"]), DeviceId(int(row["device"])), int(row["sequence"]))

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Devices that put somebody at their last place, and when they did."""
        odd = [seat.standing.place for seat in self._seats.people.values() if seat.standing is not None]
        known = [place for place in odd if place is not None]
        device, taken_us = snapshots.places(self._seats)
        return (
            np.append(device, np.array([place.device for place in known], np.int64)),
            np.append(taken_us, np.array([place.taken_us for place in known], np.int64)),
        )

    def is_folded(self, fixes: Fixes) -> np.ndarray:
        """Of each: the board holds its person, and it does not come after their last report."""
        cols = self._seats.columns()
        known = fixes.person < len(cols.seat_of)
        rows = np.where(known, cols.seat_of[np.where(known, fixes.person, 0)], roster.NOBODY)
        seats = cols.seats[rows]
        later = fixes.taken_us > seats["last_us"]
        same, device = fixes.taken_us == seats["last_us"], fixes.device == seats["device"]
        later |= same & (fixes.device > seats["device"])
        later |= same & device & (fixes.sequence > seats["sequence"])
        found: np.ndarray = (rows != roster.NOBODY) & ~later
        return found

    def at_us(self, person: PersonId) -> int:
        """`standing(person).at_us`, at once."""
        return self._seats.at_us(self._seats.people[person])

    def terms(self, person: PersonId) -> Terms:
        """Those that had not ended when they were put."""
        return self._seats.people[person].terms

    def take_back(self, fixes: Fixes) -> list[PersonId]:
        """Whoever's reports, now to be judged, were under way when the clock passed a moment and found
        nothing: their clock is put back to their last report. Call it before `judge`; what was saved of them
        since is void."""
        return self._clock.take_back(fixes)

    def wind(self, person: PersonId, now_us: int) -> None:
        """Call it for everybody once in a while."""
        self._clock.wind(person, now_us)

    def judge(self, fixes: Fixes, events: Iterable[walk.Fact] = ()) -> Judged:
        """Fold a batch. The reports may come in any order and hold repeats; they are sorted here."""
        told = _by_person(events)
        outcome, changes = self._fold(fixes, told)
        late = {PersonId(p) for p in fixes.person[outcome == usual.LATE].tolist()}
        left = (outcome == usual.BY_HAND) & ~np.isin(fixes.person, list(late))
        for fix in fixes.take(np.flatnonzero(left)).rows():
            told[fix.person].append(fix)
        for person, facts in told.items():
            facts.sort(key=walk.mark)
            if person in late or not self._can_fold(person, facts):
                late.add(person)
            else:
                changes += self._by_hand(self._seats.people[person], facts)
        return Judged(sorted(changes, key=lambda change: change.person), frozenset(late))

    def advance(self, until_us: int) -> list[Change]:
        """Let the clock run for everybody, up to and including `until_us`."""
        all_due, changes = self._seats.due(until_us), list[Change]()
        due = np.array(all_due, np.int32)
        self._clock.runs(due.astype(np.int64))
        while len(due):
            passed, n = judging.advance(self._seats.columns(), due, until_us, self._params, self._out)
            self._clock.stays(self._out.found["seat"][:n])
            changes += findings.changes(self._seats, self.policies, self._out, n)
            due = due[passed:]
        for row in self._seats.due(until_us, all_due):
            seat = self._seats.seat_in(row)
            standing, found = walk.through(
                self._seats.read(seat),
                seat.terms,
                until_us,
                policies=self.policies,
                measure=self._measure(seat),
            )
            self._seats.write(seat, standing, as_of_us=until_us)
            self._clock.stays(np.array([row]))
            changes += found
        return changes

    def _fold(self, fixes: Fixes, told: dict[PersonId, list[walk.Fact]]) -> tuple[np.ndarray, list[Change]]:
        """What became of each fix (`usual`), and the changes that the kernel found."""
        batch = Batch(*(getattr(fixes, name) for name in Batch._fields))
        outcome = np.full(len(fixes), usual.BY_HAND, np.uint8)
        order, changes, done = self._order(fixes, batch, told), list[Change](), 0
        begun = self._begin(fixes, order)
        self._turn += 1
        while done < len(order):
            done, n = judging.judge(
                self._seats.columns(), self._zones.view(), batch, order, done, self._turn, self._params,
                self._out, self._scratch, outcome,
            )  # fmt: skip
            changes += findings.changes(self._seats, self.policies, self._out, n)
        for row in begun[self._seats.columns().seats["last_us"][begun] == -roster.NEVER_US].tolist():
            seat = self._seats.seat_in(row)  # what it said is unusual: by hand, from the beginning
            self._seats.write(seat, walk.fresh(self._seats.person_in(row)))
        return outcome, changes

    def _begin(self, fixes: Fixes, order: np.ndarray) -> np.ndarray:
        """Whoever is heard for the first time becomes somebody whom the kernel can fold; their rows."""
        cols = self._seats.columns()
        person = fixes.person[order]
        known = (person >= 0) & (person < len(cols.seat_of))
        rows = np.where(known, cols.seat_of[np.where(known, person, 0)], roster.NOBODY)
        seats = cols.seats[rows]
        is_new = (rows != roster.NOBODY) & (seats["last_us"] == -roster.NEVER_US) & (seats["simple"] == 0)
        people, firsts = np.unique(person[is_new], return_index=True)
        has_room = [len(self._seats.people[p].terms) <= roster.MOST_TERMS for p in people.tolist()]
        first = order[np.flatnonzero(is_new)[firsts[has_room]]]
        begun = [PersonId(person) for person in people[has_room].tolist()]
        return seating.begin(self._seats, begun, fixes.device[first], fixes.taken_us[first])

    def _order(self, fixes: Fixes, batch: Batch, told: dict[PersonId, list[walk.Fact]]) -> np.ndarray:
        """Rows for the kernel: each person's in the order of the fold. Whoever has events goes by hand."""
        cols = self._seats.columns()
        if len(self._last) < len(cols.seats):
            self._last = np.empty(len(cols.seats), np.int64)
        if judging.is_in_order(cols, batch, self._last):
            order = np.arange(len(fixes), dtype=np.int32)
        else:
            by = (fixes.sequence, fixes.device, fixes.taken_us, fixes.person)
            order = np.lexsort(by).astype(np.int32)
        return order if not told else order[~np.isin(fixes.person[order], list(told))]

    def _can_fold(self, person: PersonId, facts: list[walk.Fact]) -> bool:
        """A repeat of the last report is nothing new; anything else that is not after it is late."""
        if person not in self:
            return False
        standing = self.standing(person)
        first = next((r for r in facts if walk.mark(r) != standing.last), None)
        return first is None or not walk.is_late(standing, first)

    def _by_hand(self, seat: Seat, facts: list[walk.Fact]) -> list[Change]:
        standing = self._seats.read(seat)
        after, changes = walk.walk(
            standing, facts, seat.terms, policies=self.policies, measure=self._measure(seat)
        )
        if after is not standing:
            self._seats.write(seat, after)
        return changes

    def _measure(self, seat: Seat) -> zones.Measure:
        """Distances by the pool."""

        def measure(term: Term, place: Place, reach_m: float) -> float:
            number = seat.held.get(id(term))
            if number is None:
                return walk.scalar(term, place, reach_m)
            return self._zones.measure_one(number, place.lon, place.lat, reach_m)

        return measure


def _by_person(facts: Iterable[walk.Fact]) -> dict[PersonId, list[walk.Fact]]:
    told: dict[PersonId, list[walk.Fact]] = defaultdict(list)
    for fact in facts:
        told[fact.person].append(fact)
    return told
