"""What is reported, heard, decided and granted about a person's conduct; facts that are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

IncidentId = NewType("IncidentId", int)
HearingId = NewType("HearingId", int)
DecisionId = NewType("DecisionId", int)
IncentiveId = NewType("IncentiveId", int)
ProtocolId = NewType("ProtocolId", int)


class IncidentKind(StrEnum):
    RULE_BREACH = "rule_breach"
    INSULT = "insult"
    FIGHT = "fight"
    FORBIDDEN_OBJECT = "forbidden_object"
    REFUSAL_OF_WORK = "refusal_of_work"
    DAMAGE = "damage"
    ESCAPE_ATTEMPT = "escape_attempt"
    SELF_HARM = "self_harm"
    REFUSAL_OF_FOOD = "refusal_of_food"
    USE_OF_FORCE = "use_of_force"
    """By staff against the person."""


class Measure(StrEnum):
    """What an incident was answered with."""

    NONE = "none"
    WARNING = "warning"
    REPRIMAND = "reprimand"
    DISCIPLINARY_CELL = "disciplinary_cell"
    PRISON_TRANSFER = "prison_transfer"


class IncentiveKind(StrEnum):
    THANKS = "thanks"
    EARLY_LIFTING = "early_lifting"
    EXTRA_VISIT = "extra_visit"
    EXTRA_PARCEL = "extra_parcel"
    EXTRA_MONEY = "extra_money"
    IMPROVED_CONDITIONS = "improved_conditions"
    SETTLEMENT_TRANSFER = "settlement_transfer"
    EARLY_RELEASE_SUBMISSION = "early_release_submission"


class EntryKind(StrEnum):
    """What happened to a sanction after it was imposed."""

    SERVED = "served"
    REVIEWED = "reviewed"
    LIFTED = "lifted"
    APPEALED = "appealed"
    ANNULLED = "annulled"


class State(StrEnum):
    """Of a sanction on a day."""

    IN_FORCE = "in_force"
    BEING_SERVED = "being_served"
    EXPIRED = "expired"
    LIFTED = "lifted"
    ANNULLED = "annulled"


@dataclass(frozen=True, slots=True)
class Document:
    """What makes a decision one: why, and under which paper."""

    ground: str
    number: str
    on: date


@dataclass(frozen=True, slots=True)
class Report:
    """An incident as somebody reports it."""

    kind: IncidentKind
    happened_at: datetime
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Incident:
    id: IncidentId
    person_id: PersonId
    kind: IncidentKind
    happened_at: datetime
    place: str
    text: str
    reported_at: datetime
    reported_by: UserId


@dataclass(frozen=True, slots=True)
class Hearing:
    """The person was asked; without an explanation, they declined to give one."""

    id: HearingId
    incident_id: IncidentId
    heard_at: datetime
    explanation: str | None
    heard_by: UserId


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision somebody is about to take."""

    measure: Measure
    document: Document
    days: int | None = None
    begins_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of an incident; a sanction unless the measure is none."""

    id: DecisionId
    person_id: PersonId
    incident_id: IncidentId
    hearing_id: HearingId
    measure: Measure
    days: int | None
    begins_on: date | None
    document: Document
    decided_at: datetime
    decided_by: UserId
    law: str
    """The digest of the rule set it was decided under."""


@dataclass(frozen=True, slots=True)
class Entry:
    decision_id: DecisionId
    kind: EntryKind
    at: datetime
    by: UserId
    document: Document


@dataclass(frozen=True, slots=True)
class Incentive:
    id: IncentiveId
    person_id: PersonId
    kind: IncentiveKind
    document: Document
    lifts: DecisionId | None
    protocol_id: ProtocolId | None
    decided_at: datetime
    decided_by: UserId
    law: str


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    is_public: bool
    """Not of the institution's staff."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """The commission's finding on whether a person has taken the path of correction."""

    number: str
    held_on: date
    is_correcting: bool
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Protocol:
    """Minutes that were written into a person's file."""

    id: ProtocolId
    person_id: PersonId
    minutes: Minutes
    written_by: UserId


@dataclass(frozen=True, slots=True)
class Record:
    """Every fact about one person's conduct, oldest first."""

    incidents: Sequence[Incident]
    hearings: Sequence[Hearing]
    decisions: Sequence[Decision]
    entries: Sequence[Entry]
    incentives: Sequence[Incentive]
    protocols: Sequence[Protocol]


@dataclass(frozen=True, slots=True)
class Sanction:
    """A decision as it stands on a day."""

    decision: Decision
    state: State
    ends_on: date | None
    """The first day after a measure with days."""
    expires_on: date
    days_left: int
    """To serve, or until it expires."""
    is_appealed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What the facts come to on a day."""

    on: date
    sanctions: Sequence[Sanction]
    undecided: Sequence[Incident]
    finding: Protocol | None

    @property
    def in_force(self) -> Sequence[Sanction]:
        return [one for one in self.sanctions if one.state in {State.IN_FORCE, State.BEING_SERVED}]
