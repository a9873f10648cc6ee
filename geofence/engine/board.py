"""Everybody under supervision, kept in memory by the one worker that judges.

Equal to `walk.walk` person by person, for any split into batches and any ticks between them: what is usual is
folded by the compiled judge, the rest by the scalar rules themselves."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.model import PersonId
from geofence.engine import judging, parameters, roster, step
from geofence.engine.roster import FOUND, PLACE, TRAIL, Batch
from geofence.engine.seats import Seat, Seats, place_of
from geofence.engine.zones import Zones
from geofence.model import Change, Edge, OpenBreach, Place, Standing, Term, Terms
from geofence.policies import Policies
from geofence.rules import walk, zones
from geofence.rules.zones import Scene
from tracking.fixes import Fixes

ROOM = 4096
"""Changes that one call of a kernel may find before it must be called again."""


SAID: dict[int, tuple[Edge, dict[str, object]]] = {
    roster.OPENED_BY_FIX: (Edge.OPENED, {"why": "fix"}),
    roster.OPENED_BY_HOURS: (Edge.OPENED, {}),
    roster.COMPLIED: (Edge.CLOSED, {"reason": "complied"}),
    roster.HOURS_ENDED: (Edge.CLOSED, {"reason": "hours_ended"}),
    roster.ABSENCE_BEGAN: (Edge.CLOSED, {"reason": "absence_began"}),
}
"""What the kernel's codes mean; empty: by what began."""


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
        self._turn = 0
        self._found, self._places = roster.room(ROOM, FOUND), roster.room(ROOM * TRAIL, PLACE)
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
        self._seats.sit(person, terms, standing)

    def drop(self, person: PersonId) -> None:
        self._seats.rise(person)

    def standing(self, person: PersonId) -> Standing:
        return self._seats.read(self._seats.people[person])

    def at_us(self, person: PersonId) -> int:
        """`standing(person).at_us`, at once."""
        return self._seats.at_us(self._seats.people[person])

    def terms(self, person: PersonId) -> Terms:
        """Those that had not ended when they were put."""
        return self._seats.people[person].terms

    def judge(self, fixes: Fixes, events: Iterable[walk.Fact] = ()) -> Judged:
        """Fold a batch. The reports may come in any order and hold repeats; they are sorted here."""
        told = _by_person(events)
        outcome, changes = self._fold(fixes, told)
        late = {PersonId(p) for p in fixes.person[outcome == step.LATE].tolist()}
        left = np.flatnonzero(outcome == step.BY_HAND)
        for fix in fixes.take(left).rows():
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
        due, changes = np.array(self._seats.due(until_us), np.int32), list[Change]()
        while len(due):
            passed, n = judging.advance(
                self._seats.columns(), due, until_us, self._params, self._found, self._places
            )
            changes += self._told(n)
            due = due[passed:]
        for row in self._seats.due(until_us):
            seat = self._seat_in(row)
            standing, found = walk.through(
                self._seats.read(seat),
                seat.terms,
                until_us,
                policies=self.policies,
                measure=self._measure(seat),
            )
            self._seats.write(seat, standing, as_of_us=until_us)
            changes += found
        return changes

    def _fold(self, fixes: Fixes, told: dict[PersonId, list[walk.Fact]]) -> tuple[np.ndarray, list[Change]]:
        """What became of each fix (`step`), and the changes that the kernel found."""
        batch = Batch(*(getattr(fixes, name) for name in Batch._fields))
        outcome = np.full(len(fixes), step.BY_HAND, np.uint8)
        order, changes, done = self._order(fixes, batch, told), list[Change](), 0
        self._turn += 1
        while done < len(order):
            done, n = judging.judge(
                self._seats.columns(), self._zones.view(), batch, order, done, self._turn, self._params,
                self._found, self._places, outcome,
            )  # fmt: skip
            changes += self._told(n)
        return outcome, changes

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

    def _seat_in(self, row: int) -> Seat:
        return self._seats.people[self._seats.person_in(row)]

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
        number_of = {id(term): number for term, number in zip(seat.terms, seat.numbers, strict=True)}

        def measure(term: Term, place: Place, reach_m: float) -> float:
            if id(term) not in number_of:
                return walk.scalar(term, place, reach_m)
            zone = np.array([number_of[id(term)]], np.int64)
            lon, lat, reach = np.array([place.lon]), np.array([place.lat]), np.array([reach_m])
            return float(self._zones.measure(zone, lon, lat, reach)[0])

        return measure

    def _told(self, count: int) -> list[Change]:
        """The kernel's findings as changes, with the evidence that explains them."""
        return [self._change(self._found[i], self._places[i * TRAIL : (i + 1) * TRAIL]) for i in range(count)]

    def _change(self, found: np.void, places: np.ndarray) -> Change:
        seat = self._seat_in(int(found["seat"]))
        person, term = self._seats.person_in(seat.row), seat.current[int(found["place"])]
        at_us, why = int(found["at_us"]), int(found["why"])
        trail = tuple(place_of(row) for row in places[: int(found["seen"])])
        scene = Scene(person, self.policies.known[int(found["policy"])], trail, self._measure(seat))
        belief = replace(zones.unknown(term), odds=float(found["odds"]), seen=int(found["slot_seen"]))
        breach = OpenBreach(zones.BREACH[term.kind], term.condition, int(found["opened_us"]))
        edge, said = SAID[why]
        evidence = zones.evidence(belief, scene, term=term) | (said or {"why": zones.began(term, at_us)})
        return zones.change(breach, edge, at_us, person=person, evidence=evidence)


def _by_person(facts: Iterable[walk.Fact]) -> dict[PersonId, list[walk.Fact]]:
    told: dict[PersonId, list[walk.Fact]] = defaultdict(list)
    for fact in facts:
        told[fact.person].append(fact)
    return told
