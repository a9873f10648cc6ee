"""An appeal as it came in, what was done about it entry by entry, and where that leaves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from core.model import PersonId, UserId

AppealId = NewType("AppealId", int)
AccountId = NewType("AccountId", int)
"""Of a relative (the table is the relatives' topic)."""


class Kind(StrEnum):
    """O'RQ-445, articles 3 and 4."""

    ARIZA = "ariza"
    """Asks for help in exercising rights."""
    SHIKOYAT = "shikoyat"
    """Demands that violated rights are restored."""
    TAKLIF = "taklif"
    """Recommends."""


class Form(StrEnum):
    """Of equal weight; one register, one numbering."""

    ELECTRONIC = "electronic"
    ORAL = "oral"
    PAPER = "paper"


class Channel(StrEnum):
    ORDINARY = "ordinary"
    PROTECTED = "protected"
    """To the central administration or the prosecutor; sealed in the client."""
    OMBUDSMAN_BOX = "ombudsman_box"
    """For the Ombudsman alone; sealed in the client."""
    MEDICAL = "medical"
    LEGAL = "legal"
    """To a lawyer."""


SEALED = frozenset({Channel.PROTECTED, Channel.OMBUDSMAN_BOX, Channel.LEGAL})
"""The register takes nothing for these: letters to them are sealed in the client (ADR-0034, 0037)."""


class Regime(StrEnum):
    """Which law's clock runs."""

    APPEALS_LAW = "appeals_law"
    CRIMINAL_EXECUTIVE = "criminal_executive"
    SAFETY_REQUEST = "safety_request"
    OMBUDSMAN = "ombudsman"


class Topic(StrEnum):
    SAFETY = "safety"
    TORTURE = "torture"
    SELF_HARM = "self_harm"
    HEALTH = "health"
    CONDITIONS = "conditions"
    CONDUCT = "conduct"
    WORK = "work"
    CONTACT = "contact"
    """Visits, calls, parcels, letters."""
    RELEASE = "release"
    SUPERVISION = "supervision"
    PROPERTY = "property"
    OTHER = "other"
    UNDISCLOSED = "undisclosed"
    """Sealed."""


GRAVE = frozenset({Topic.SAFETY, Topic.TORTURE, Topic.SELF_HARM})
"""An alarm whatever else; such an appeal is not withdrawn without oversight."""


class ApplicantKind(StrEnum):
    PERSON = "person"
    """In custody or supervised."""
    ACCOUNT = "account"
    """A relative with an account."""
    OUTSIDER = "outsider"
    """Somebody named, without an account."""
    ANONYMOUS = "anonymous"


class Desk(StrEnum):
    """Who answers."""

    INSTITUTION = "institution"
    """Of a person under supervision without an institution: the officers of the caseload."""
    MEDICAL = "medical"
    CENTRAL = "central"
    OMBUDSMAN = "ombudsman"
    LAWYER = "lawyer"


class State(StrEnum):
    DRAFT = "draft"
    """On the applicant's own device only."""
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    FORWARDED = "forwarded"
    """To another desk of the service: number, first day and clock stay."""
    PASSED_ON = "passed_on"
    """To another body, which answers by itself."""
    JOINED = "joined"
    """Answered together with another one."""
    LEFT = "left_without_consideration"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Outcome(StrEnum):
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    EXPLAINED = "explained"


class Leaving(StrEnum):
    """Why an appeal is left without consideration (article 29)."""

    ANONYMOUS = "anonymous"
    WITHOUT_PROOF = "without_proof"
    """By a representative who proved nothing."""
    NONCONFORMING = "nonconforming"


class Side(StrEnum):
    STAFF = "staff"
    APPLICANT = "applicant"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Applicant:
    kind: ApplicantKind
    person: PersonId | None = None
    account: AccountId | None = None
    name: str | None = None
    address: str | None = None


ANONYMOUS = Applicant(ApplicantKind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody hands in: in writing, or spoken into a telephone."""

    client_id: UUID
    """UUIDv7, made where the appeal was written: handing in twice is handing in once."""
    kind: Kind
    applicant: Applicant
    subject: str | None = None
    body: str | None = None
    form: Form = Form.ELECTRONIC
    channel: Channel = Channel.ORDINARY
    topic: Topic = Topic.OTHER
    about: PersonId | None = None
    """Whom it concerns, if not the applicant."""
    institution: int | None = None
    """Whose business it is; none: where the person stays."""
    accused_users: frozenset[UserId] = frozenset()
    accused_institutions: frozenset[int] = frozenset()
    is_danger: bool = False
    """The applicant says that somebody is in danger."""
    language: str | None = None
    voice_sha256: str | None = None
    """Of the recording that is the body; there is no text then."""
    client_created_at: datetime | None = None
    """What the device says; the legal moment is ours."""
    repeats: AppealId | None = None
    """Contests the answer to this one, or its silence."""

    @property
    def person(self) -> PersonId | None:
        """Whose file this belongs to."""
        return self.applicant.person or self.about


@dataclass(frozen=True, slots=True)
class Appeal:
    """The head: written once, never changed."""

    id: AppealId
    number: str
    client_id: UUID
    kind: Kind
    form: Form
    channel: Channel
    regime: Regime
    topic: Topic
    subject: str | None
    body: str | None
    applicant: Applicant
    person: PersonId | None
    is_danger: bool
    language: str | None
    content_sha256: str
    received_at: datetime
    client_created_at: datetime | None
    repeats: AppealId | None
    law: str
    """Digest of the rule set whose clock runs."""
    voice_sha256: str | None = None
    """Of the recording that is the body."""


@dataclass(frozen=True, slots=True)
class Entry:
    position: int
    command: str
    at: datetime
    side: Side
    by: UserId | None
    is_visible: bool
    """To the applicant."""
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """A command that somebody gives."""

    command: str
    side: Side
    at: datetime
    values: Mapping[str, Any]
    by: UserId | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What waits for a second pair of eyes."""

    kind: str
    """extension | leaving"""
    by: UserId | None
    at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """Folded from the entries; nothing of it is written by hand."""

    state: State
    desk: Desk
    institution: int | None
    received_at: datetime
    registered_on: date
    due_at: datetime
    due_on: date
    forward_due_on: date
    study_notice_due_on: date | None
    handler: UserId | None = None
    needs_study: bool = False
    is_extended: bool = False
    is_danger: bool = False
    proposal: Proposal | None = None
    withdrawal_asked: bool = False
    escalated: frozenset[str] = frozenset()
    joined_to: AppealId | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    """The clock has stopped."""
    rating: int | None = None
    entries: int = 0
    """How many: the version."""

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Derived, always: nobody can write down that it is not."""
        return (self.ended_at or now) > self.due_at

    def share(self, now: datetime) -> float:
        """How much of the term has gone, 0 to 1 and beyond."""
        whole = (self.due_at - self.received_at).total_seconds()
        return ((self.ended_at or now) - self.received_at).total_seconds() / whole
