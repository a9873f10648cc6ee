"""The standings of everybody under supervision, kept in memory by the one worker that judges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from core.model import PersonId
from geofence.model import Change, Standing, TakenOff, Terms
from geofence.policies import Policy
from geofence.rules import walk
from tracking.fixes import Fixes
from tracking.model import DeviceEvent

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
    next_us: int
    """When the clock next matters; NEVER_US = at no known time."""


class Board:
    """Equal to `walk.walk` person by person, for any split into batches and any ticks between them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._seats: dict[PersonId, Seat] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def __contains__(self, person: PersonId) -> bool:
        return person in self._seats

    def __iter__(self) -> Iterator[PersonId]:
        return iter(self._seats)

    def put(self, person: PersonId, terms: Terms, standing: Standing | None = None) -> None:
        """Seat a person, or replace their terms and standing. No standing: they keep theirs, or begin afresh.

        Terms that differ from the old before `standing.at_us` need a standing folded under the new ones."""
        if standing is None:
            standing = self.standing(person) if person in self else walk.fresh(person)
        self._seats[person] = seat = Seat(standing, terms, NEVER_US)
        self._wind(seat)

    def drop(self, person: PersonId) -> None:
        self._seats.pop(person, None)

    def standing(self, person: PersonId) -> Standing:
        return self._seats[person].standing

    def terms(self, person: PersonId) -> Terms:
        return self._seats[person].terms

    def judge(self, fixes: Fixes, events: Iterable[DeviceEvent | TakenOff] = ()) -> Judged:
        """Fold a batch. The reports may come in any order and hold repeats; they are sorted here."""
        grouped = _by_person(fixes, events)
        late = frozenset(p for p, reports in grouped.items() if not self._can_fold(p, reports))
        changes: list[Change] = []
        for person in sorted(grouped.keys() - late):
            changes += self._fold(self._seats[person], grouped[person])
        return Judged(changes, late)

    def advance(self, until_us: int) -> list[Change]:
        """Let the clock run for everybody, up to and including `until_us`."""
        changes: list[Change] = []
        for seat in [s for s in self._seats.values() if s.next_us <= until_us]:
            seat.standing, passed = walk.through(seat.standing, seat.terms, until_us, policy=self.policy)
            self._wind(seat)
            changes += passed
        return changes

    def _can_fold(self, person: PersonId, reports: list[walk.Fact]) -> bool:
        seat = self._seats.get(person)
        return seat is not None and not walk.is_late(seat.standing, reports[0])

    def _fold(self, seat: Seat, reports: list[walk.Fact]) -> list[Change]:
        seat.standing, changes = walk.walk(seat.standing, reports, seat.terms, policy=self.policy)
        self._wind(seat)
        return changes

    def _wind(self, seat: Seat) -> None:
        moment = walk.next_moment(seat.standing, seat.terms, policy=self.policy)
        seat.next_us = NEVER_US if moment is None else moment


def _by_person(fixes: Fixes, events: Iterable[DeviceEvent | TakenOff]) -> dict[PersonId, list[walk.Fact]]:
    grouped: dict[PersonId, list[walk.Fact]] = defaultdict(list)
    for report in chain[walk.Fact](fixes.rows(), events):
        grouped[report.person].append(report)
    return {person: sorted(reports, key=walk.mark) for person, reports in grouped.items()}
