"""The standings of everybody under supervision, kept in memory by the one worker that judges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from core.model import PersonId
from geofence.engine.borders import Borders, Pairs
from geofence.model import Change, Place, Standing, Term, Terms
from geofence.policies import Policies
from geofence.rules import devices, doubt, hours, walk
from tracking.fixes import Fixes
from tracking.model import Fix

NEVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch came to."""

    changes: list[Change]
    """By person, in the order of the fold."""
    late: frozenset[PersonId]
    """All their reports of this batch were set aside: one is older than what is folded already, or the board
    does not hold the person. Whoever stores them judges them by replay, and puts the new standing."""


@dataclass(slots=True)
class Seat:
    """One person at the board."""

    standing: Standing
    terms: Terms
    borders: tuple[int, ...] = ()
    """The pool's numbers of the terms' shapes, one a term."""
    place_of: dict[int, int] = field(default_factory=dict)
    """Where a term stands in `terms`, by its identity in memory."""
    terms_us: int = NEVER_US
    """When the clock next matters to a term."""
    next_us: int = NEVER_US
    """When the clock next matters at all."""


class Board:
    """Equal to `walk.walk` person by person, for any split into batches and any ticks between them."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self._seats: dict[PersonId, Seat] = {}
        self._borders = Borders()

    def __len__(self) -> int:
        return len(self._seats)

    def __contains__(self, person: object) -> bool:
        return person in self._seats

    def __iter__(self) -> Iterator[PersonId]:
        return iter(self._seats)

    def put(self, person: PersonId, terms: Terms, standing: Standing | None = None) -> None:
        """Seat a person, or replace their terms and standing. No standing: they keep theirs, or begin afresh.

        Terms that differ from the old before `standing.at_us` need a standing folded under the new ones."""
        if standing is None:
            standing = self.standing(person) if person in self else walk.fresh(person)
        left = tuple(t for t in terms if t.until_us is None or t.until_us > standing.at_us)
        seat = Seat(standing, left, tuple(self._borders.hold(t.shape) for t in left))
        seat.place_of = {id(term): i for i, term in enumerate(left)}
        self.drop(person)
        self._seats[person] = seat
        self._wind(seat)

    def drop(self, person: PersonId) -> None:
        seat = self._seats.pop(person, None)
        for border in seat.borders if seat else ():
            self._borders.release(border)

    def standing(self, person: PersonId) -> Standing:
        return self._seats[person].standing

    def terms(self, person: PersonId) -> Terms:
        """Those that had not ended when they were put."""
        return self._seats[person].terms

    def judge(self, fixes: Fixes, events: Iterable[walk.Fact] = ()) -> Judged:
        """Fold a batch. The reports may come in any order and hold repeats; they are sorted here."""
        grouped = _by_person(fixes, events)
        late = frozenset(p for p, reports in grouped.items() if not self._can_fold(p, reports))
        batch = [(self._seats[p], reports) for p, reports in sorted(grouped.items()) if p not in late]
        distances = iter(self._measure(batch).tolist())
        changes: list[Change] = []
        for seat, reports in batch:
            changes += self._fold(seat, reports, distances)
        return Judged(changes, late)

    def advance(self, until_us: int) -> list[Change]:
        """Let the clock run for everybody, up to and including `until_us`."""
        changes: list[Change] = []
        for seat in [s for s in self._seats.values() if s.next_us <= until_us]:
            changes += self._through(seat, until_us)
        return changes

    def _can_fold(self, person: PersonId, reports: list[walk.Fact]) -> bool:
        """A repeat of the last report is nothing new; anything else that is not after it is late."""
        if (seat := self._seats.get(person)) is None:
            return False
        first = next((r for r in reports if walk.mark(r) != seat.standing.last), None)
        return first is None or not walk.is_late(seat.standing, first)

    def _measure(
        self, batch: list[tuple[Seat, list[walk.Fact]]]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Signed metres of each fix to each of its person's terms, in the order in which they are folded."""
        fixes = [(seat, fix) for seat, reports in batch for fix in reports if isinstance(fix, Fix)]
        counts = [len(seat.borders) for seat, _ in fixes]
        rules = [(fix, self.policies.at(fix.taken_us)) for _, fix in fixes]
        reach = [doubt.reach(doubt.accuracy(fix, policy)[0], policy) for fix, policy in rules]
        return self._borders.measure(
            Pairs(
                np.fromiter(chain.from_iterable(seat.borders for seat, _ in fixes), np.int64, sum(counts)),
                np.repeat([fix.lon for _, fix in fixes], counts),
                np.repeat([fix.lat for _, fix in fixes], counts),
                np.repeat(reach, counts),
            )
        )

    def _fold(self, seat: Seat, reports: list[walk.Fact], distances: Iterator[float]) -> list[Change]:
        """The sequential part: the same steps as `walk.walk`, with distances that are measured already."""
        changes: list[Change] = []
        for report in reports:
            measured = [next(distances) for _ in seat.borders] if isinstance(report, Fix) else []
            if seat.standing.last == walk.mark(report):
                continue
            if report.taken_us >= seat.next_us:
                changes += self._through(seat, report.taken_us)
            before = seat.standing
            seat.standing, found = walk.fold(
                before, report, seat.terms, policies=self.policies, measure=_Measured(seat, report, measured)
            )
            changes += found
            if before.last is None:
                self._wind(seat)
            elif before.worn is not seat.standing.worn:
                self._wind_devices(seat)
        return changes

    def _through(self, seat: Seat, until_us: int) -> list[Change]:
        seat.standing, changes = walk.through(seat.standing, seat.terms, until_us, policies=self.policies)
        self._wind(seat)
        return changes

    def _wind(self, seat: Seat) -> None:
        standing = seat.standing
        if standing.last is None:
            return
        moments = (hours.next_moment(term, standing.at_us) for term in seat.terms)
        seat.terms_us = min((m for m in moments if m is not None), default=NEVER_US)
        self._wind_devices(seat)

    def _wind_devices(self, seat: Seat) -> None:
        moments = (devices.next_moment(worn, self.policies) for worn in seat.standing.worn)
        seat.next_us = min((m for m in moments if m is not None), default=NEVER_US)
        seat.next_us = min(seat.next_us, seat.terms_us)


@dataclass(frozen=True, slots=True)
class _Measured:
    """Distances of one fix, found by the term; of other places the scalar ones."""

    seat: Seat
    report: walk.Fact
    metres: list[float]

    def __call__(self, term: Term, place: Place, reach_m: float) -> float:
        if walk.mark(self.report) == (place.taken_us, place.device, place.sequence):
            return self.metres[self.seat.place_of[id(term)]]
        return walk.scalar(term, place, reach_m)


def _by_person(fixes: Fixes, events: Iterable[walk.Fact]) -> dict[PersonId, list[walk.Fact]]:
    grouped: dict[PersonId, list[walk.Fact]] = defaultdict(list)
    for report in chain[walk.Fact](fixes.rows(), events):
        grouped[report.person].append(report)
    return {person: sorted(reports, key=walk.mark) for person, reports in grouped.items()}
