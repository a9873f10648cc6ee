"""Everybody under supervision, as the one worker that judges remembers them.

Memory is never ahead of the database: whose transaction fails drops the `Supervision` and recovers anew."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.model import PersonId
from geofence.engine import Board
from geofence.model import Standing, TakenOff
from geofence.nearness import Nearness
from geofence.rules import walk
from geofence.rules.duty import Duty
from geofence.sharing import Own
from geofence.silence import Ear
from geofence.store import terms
from tracking.fixes import Fixes
from tracking.model import DeviceEvent

RECENT_US: Final = 900_000_000
"""For so long every checkpoint of a person is kept: most late reports are minutes late."""
HISTORY_US: Final = 3_600_000_000
"""Behind that, the last checkpoint of each hour."""
BLOCK: Final = 1024
"""People, by their numbers, whose seats are written down together."""


@dataclass(slots=True)
class Kept:
    """A person's recent checkpoints, by the moment up to which they are folded."""

    as_of_us: list[int]
    """Oldest first."""
    at_us: int = 0
    """When the last was made."""

    def thinned(self) -> list[int]:
        """Those that are not needed any more: not recent, and not the last of their hour."""
        gone = []
        while len(self.as_of_us) > 1 and self.as_of_us[0] < self.as_of_us[-1] - RECENT_US:
            first = self.as_of_us.pop(0)
            if first // HISTORY_US == self.as_of_us[0] // HISTORY_US:
                gone.append(first)
        return gone


@dataclass(slots=True)
class Supervision:
    board: Board
    prints: terms.Fingerprints
    own: Own | None = None
    """Whom we judge, where several workers share the work."""
    shard: int = 0
    """Which of them we are: each writes down the seats of its own people."""
    duties: dict[PersonId, Duty] = field(default_factory=dict)
    to_come: dict[PersonId, TakenOff] = field(default_factory=dict)
    """The next end of a wearing that is not folded yet."""
    next_off_us: int = 2**62
    """Nobody's comes earlier."""
    ear: Ear = field(default_factory=Ear)
    near: Nearness = field(default_factory=Nearness)
    kept: dict[PersonId, Kept] = field(default_factory=dict)
    turn: deque[PersonId] = field(default_factory=deque)
    """Everybody, in the order in which their checkpoints are looked at."""
    heard_us: int = 0
    """When the last report was received that is folded."""
    blocks: dict[int, set[PersonId]] = field(default_factory=dict)
    waiting: set[PersonId] = field(default_factory=set)
    """Whose reports were set aside and are not folded yet: of them no checkpoint is saved."""
    voided: set[PersonId] = field(default_factory=set)
    """Who was folded again since their seat was written down last."""
    written: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of blocks of seats: when they were written down, and up to which receipt. The oldest first."""

    def in_turn(self, most: int) -> Iterator[PersonId]:
        """So many people, beginning behind the one at whom the last turn ended."""
        for _ in range(min(most, len(self.turn))):
            person = self.turn.popleft()
            self.turn.append(person)
            yield person

    def seat(self, person: PersonId, duty: Duty, standing: Standing) -> None:
        self.board.put(person, duty.terms, standing)
        self.bind(person, duty)

    def bind(self, person: PersonId, duty: Duty) -> None:
        """Somebody who has their seat."""
        if person not in self.duties:
            self.turn.append(person)
            number = person // BLOCK
            self.blocks.setdefault(number, set()).add(person)
            self.written.setdefault(number, (0, 0))
        self.duties[person] = duty
        self.to_come.pop(person, None)
        if duty.taken_off:
            last = self.board.last(person)
            off = next((off for off in duty.taken_off if last is None or walk.mark(off) > last), None)
            if off is not None:
                self.to_come[person] = off
                self.next_off_us = min(self.next_off_us, off.taken_us)

    def hear(self, fixes: Fixes, events: Sequence[DeviceEvent]) -> None:
        """Something was received."""
        self.ear.hear(fixes)
        received = int(fixes.received_us.max(initial=0))
        self.heard_us = max(self.heard_us, received, *(event.received_us for event in events))

    def due_off(self, by_us: int) -> list[TakenOff]:
        """Ends of wearings up to a moment; looks at nobody if none comes so early."""
        if self.next_off_us > by_us:
            return []
        due = [off for off in self.to_come.values() if off.taken_us <= by_us]
        self.next_off_us = min((off.taken_us for off in self.to_come.values()), default=2**62)
        return due

    def keep_until(self, person: PersonId, as_of_us: int) -> None:
        """The checkpoints after a moment are void."""
        known = self.kept.get(person, Kept([])).as_of_us
        self.kept[person] = Kept([at for at in known if at < as_of_us] + [as_of_us])

    def drop(self, person: PersonId) -> None:
        self.board.drop(person)
        self.blocks.get(person // BLOCK, set()).discard(person)
        if person in self.duties:
            self.turn.remove(person)
        for held in (self.duties, self.to_come, self.kept):
            held.pop(person, None)
