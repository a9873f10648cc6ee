"""Jobs, who does them, hours and pieces; enforcement documents; what a month's wage is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

JobId = NewType("JobId", int)
PlacementId = NewType("PlacementId", int)
EntryId = NewType("EntryId", int)
WritId = NewType("WritId", int)
PayrollId = NewType("PayrollId", int)
PayslipId = NewType("PayslipId", int)


class Effort(StrEnum):
    LIGHT = "light"
    ORDINARY = "ordinary"
    HEAVY = "heavy"


class Tariff(StrEnum):
    HOURLY = "hourly"
    PIECE = "piece"


class EntryKind(StrEnum):
    SHIFT = "shift"
    OUTPUT = "output"
    VOID = "void"
    """Only says that the entry it replaces was wrong."""


class WritKind(StrEnum):
    """What an enforcement document is about; `priority.<kind>` in the statute says who comes first."""

    ALIMONY = "alimony"
    HEALTH_DAMAGE = "health_damage"
    CRIME_DAMAGE = "crime_damage"
    STATE = "state"
    OTHER = "other"


class WritBasis(StrEnum):
    SUM = "sum"
    """A total, until it is paid."""
    SHARE = "share"
    """A share of each month's wage after tax."""
    MONTHLY = "monthly"
    """So much each month."""


class WritState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class HandKind(StrEnum):
    """What an institution holds back by itself."""

    UPKEEP = "upkeep"
    DAMAGE = "damage"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Job:
    """One version of a job of an institution."""

    id: JobId
    institution_id: int
    version: int
    title: str
    isco: str
    effort: Effort
    is_open: bool
    """Whether somebody may still be placed in it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A person in a job for a time, at a tariff."""

    id: PlacementId
    person_id: PersonId
    job_id: JobId
    institution_id: int
    title: str
    isco: str
    effort: Effort
    tariff: Tariff
    rate: int
    """So'm for an hour or a piece."""
    since: date
    until: date | None
    """The first day on which it no longer holds."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says: a shift with its times, or so many pieces."""

    kind: EntryKind
    on: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    break_min: int = 0
    pieces: int | None = None

    @property
    def minutes(self) -> int:
        if self.starts_at is None or self.ends_at is None:
            return 0
        return int((self.ends_at - self.starts_at).total_seconds()) // 60 - self.break_min


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody wrote down what was worked; a correction is a new entry that names the one it replaces."""

    id: EntryId
    placement_id: PlacementId
    person_id: PersonId
    said: Said
    replaces: EntryId | None
    why: str
    made_by: UserId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What an enforcement document asks for."""

    number: str
    issuer: str
    issued_on: date
    creditor: str
    kind: WritKind
    basis: WritBasis
    total: int | None
    """So'm in all; none: until the document ends."""
    monthly: int | None
    share: str
    """A fraction ("1/4"), for the basis `share`."""
    since: date
    until: date | None
    state: WritState


@dataclass(frozen=True, slots=True)
class Writ:
    """One version of an enforcement document, and what approved payrolls have paid on it."""

    id: WritId
    person_id: PersonId
    version: int
    claim: Claim
    paid: int

    @property
    def balance(self) -> int | None:
        return None if self.claim.total is None else max(0, self.claim.total - self.paid)


@dataclass(frozen=True, slots=True)
class Restitution:
    """What a payroll paid on a writ in a month."""

    writ_id: WritId
    kind: WritKind
    month: date
    amount: int
