"""What an exercise is, what is truly so in it, and how it was answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId
from geofence.model import AlertId, BreachKind, Outcome

ExerciseId = NewType("ExerciseId", int)


class ExerciseKind(StrEnum):
    NIGHT_BREACH = "night_breach"
    DEAD_BATTERY = "dead_battery"
    JAMMING = "jamming"
    OPEN_STRAP = "open_strap"
    INDOOR_DRIFT = "indoor_drift"


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the simulator knows."""

    rings: frozenset[BreachKind]
    right: frozenset[Outcome]
    """Outcomes that say what was truly so."""


class State(StrEnum):
    WAITING = "waiting"
    """No scene was made of it yet."""
    UNDER_WAY = "under_way"
    UNHEARD = "unheard"
    """Nothing rang: that is the platform's failing, and nobody's score."""
    LATE = "late"
    """Still open after its deadline."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Exercise:
    id: ExerciseId
    kind: ExerciseKind
    is_surprise: bool
    asked_by: str
    asked_at: datetime
    person: PersonId | None = None
    person_name: str = ""
    begins_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One alert of an exercise, and what became of it."""

    alert: AlertId
    kind: BreachKind
    severity: int
    raised_at: datetime
    taken_at: datetime | None = None
    taken_by: str | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Score:
    state: State
    alert: AlertId | None = None
    taken_by: str | None = None
    take_s: float | None = None
    """From the first alert."""
    close_s: float | None = None
    """To the last closing."""
    is_taken_in_time: bool = False
    is_closed_in_time: bool = False
    outcomes: tuple[Outcome, ...] = ()
    is_right: bool | None = None
    points: int | None = None
    """None: it is not over, or nothing rang."""

    @property
    def is_over(self) -> bool:
        return self.state in {State.UNHEARD, State.LATE, State.CLOSED}
