"""Episodes of custody or supervision, the movements within them, and where a person was at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

EpisodeId = NewType("EpisodeId", int)
MovementId = NewType("MovementId", int)
InstitutionId = NewType("InstitutionId", int)


class EpisodeKind(StrEnum):
    CUSTODY = "custody"
    SUPERVISION = "supervision"


class Kind(StrEnum):
    """What a movement is."""

    ADMISSION = "admission"
    TRANSFER = "transfer"
    COURT = "court"
    COURT_RETURN = "court_return"
    HOSPITAL = "hospital"
    HOSPITAL_RETURN = "hospital_return"
    REGIME = "regime"
    """Other conditions in the same institution."""
    ESCAPE = "escape"
    RECAPTURE = "recapture"
    RELEASE = "release"
    DEATH = "death"
    WITHDRAWN = "withdrawn"
    """What it replaces did not happen."""


class Regime(StrEnum):
    """The conditions within an institution; the institution's kind is the other half of what is due."""

    ORDINARY = "ordinary"
    IMPROVED = "improved"
    STRICT = "strict"


class State(StrEnum):
    PRESENT = "present"
    AT_COURT = "at_court"
    IN_HOSPITAL = "in_hospital"
    ESCAPED = "escaped"
    RELEASED = "released"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Commitment:
    """The act without which nobody is admitted."""

    act_number: str
    authority: str
    act_on: date
    valid_until: date | None
    """The last day on which somebody may be admitted by it; none: it does not say."""
    reasons: str


@dataclass(frozen=True, slots=True)
class Movement:
    """An event with its day and hour; never changed: a correction is a movement that `replaces` it."""

    id: MovementId
    episode_id: EpisodeId
    kind: Kind
    at: datetime
    institution_id: InstitutionId | None = None
    regime: Regime | None = None
    destination: str = ""
    """The court or the hospital, as written on the paper."""
    replaces: MovementId | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A movement as it stands in the file, with who wrote it down and when."""

    movement: Movement
    made_by: UserId
    made_at: datetime
    is_replaced: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person is, from one movement to the next."""

    state: State
    episode_id: EpisodeId
    institution_id: InstitutionId
    """Whose roll the person is on; of the released and the dead: was on."""
    regime: Regime

    @property
    def is_over(self) -> bool:
        return self.state in {State.RELEASED, State.DEAD}

    @property
    def is_counted(self) -> bool:
        """Counted in the institution; who is at court or in hospital still is, who escaped is not."""
        return self.state in {State.PRESENT, State.AT_COURT, State.IN_HOSPITAL}


@dataclass(frozen=True, slots=True)
class Span:
    """A standing and the time during which it held."""

    standing: Standing
    begins_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Stay:
    """Whose file this is: the institution on whose roll the person was, court trips, hospital and escape
    included."""

    institution_id: InstitutionId
    begins_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Episode:
    id: EpisodeId
    person_id: PersonId
    kind: EpisodeKind
    commitment: Commitment
    movements: Sequence[Entered]


@dataclass(frozen=True, slots=True)
class Admitting:
    """An episode that is about to be written; its movements have no numbers yet."""

    person: PersonId
    kind: EpisodeKind
    commitment: Commitment
    movements: Sequence[Movement]
    """The admission first."""


@dataclass(frozen=True, slots=True)
class Child:
    """Ages, place and guardianship (Mandela rule 7 f); no names."""

    id: int
    born_on: date
    place: str
    guardian: str


class Mark(StrEnum):
    """What a person is kept apart for, besides sex and age."""

    REPEATER = "repeater"
    """Has served imprisonment before; without it a first-timer."""
    FOREIGNER = "foreigner"
    FORMER_OFFICER = "former_officer"
    """Served in law enforcement."""
    DANGEROUS = "dangerous"
    """An especially dangerous recidivist, found by a court."""
    APART = "apart"
    """A doctor says: apart from those without the mark. Why, stays with the doctor."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The latest word on a mark."""

    kind: Mark
    holds: bool
    ground: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Institution:
    id: InstitutionId
    name: str
    kind: str
    soato: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """An institution and how many are counted in it."""

    institution: Institution
    people: int

    @property
    def percent(self) -> int | None:
        return percent(self.people, self.institution.capacity)


def percent(people: int, capacity: int | None) -> int | None:
    """Rounded up, above 100 where it is so; none where there is no capacity to speak of."""
    return -(-people * 100 // capacity) if capacity else None


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement as it was decided."""

    place: str
    institution_id: InstitutionId
    at: datetime
    overridden: Sequence[str]
    """The separation rules that were set aside, by key."""
    reason: str | None
