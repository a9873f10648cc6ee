"""What a court ordered, who answers for it, who wears a device under it, and how it ended."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType

from core.model import DeviceId, OrderId, PersonId, UserId
from inmates.model import OrderKind
from inmates.supervision.kinds import (
    SEEN_FROM_ABOVE,
    BodyPart,
    CheckedBy,
    CheckOutcome,
    CircumstanceKind,
    Decision,
    Ground,
    MeasureKind,
    ObligationKind,
    RegistrationState,
    ReleaseGround,
    ViolationKind,
)

DraftId = NewType("DraftId", int)
ObligationId = NewType("ObligationId", int)
FittingId = NewType("FittingId", int)
CircumstanceId = NewType("CircumstanceId", int)
ViolationId = NewType("ViolationId", int)
MeasureId = NewType("MeasureId", int)


@dataclass(frozen=True, slots=True)
class Act:
    """What a court decided; before the act has its number it binds nobody."""

    kind: OrderKind
    court: str
    act_number: str | None
    act_on: date | None
    begins_at: datetime
    last_day: date
    """The order ends at 24:00 of it."""
    ruled_at: datetime
    """When the ruling reached us: the term of the assignment runs from then."""


@dataclass(frozen=True, slots=True)
class Draft:
    id: DraftId
    person_id: PersonId
    act: Act
    version: int
    order_id: OrderId | None
    """What it became."""


@dataclass(frozen=True, slots=True)
class Held:
    """An order with what its life hangs on."""

    id: OrderId
    person_id: PersonId
    kind: OrderKind
    court: str
    act_number: str
    act_on: date
    begins_at: datetime
    ends_at: datetime | None
    released_at: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation in the court's words; another version replaces it, none is edited."""

    kind: ObligationKind
    words: str
    a_month: int | None = None
    """Registrations; of the others none."""


@dataclass(frozen=True, slots=True)
class Obligation:
    id: ObligationId
    order_id: OrderId
    person_id: PersonId
    number: int
    version: int
    duty: Duty
    begins_at: datetime
    ends_at: datetime | None
    act_number: str

    @property
    def checked_by(self) -> CheckedBy:
        return CheckedBy.GPS if self.duty.kind in SEEN_FROM_ABOVE else CheckedBy.OFFICER


@dataclass(frozen=True, slots=True)
class Checked:
    """An officer looked whether an obligation was kept on a day."""

    order_id: OrderId
    number: int
    on: date
    outcome: CheckOutcome
    note: str
    made_by: UserId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    due_on: date
    state: RegistrationState


@dataclass(frozen=True, slots=True)
class Assignment:
    """The employee who answers for an order, by the head's written order."""

    order_id: OrderId
    user_id: UserId
    shown_as: str
    act_number: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A circumstance as its document says it; the day on which it began, or on which the child was born."""

    kind: CircumstanceKind
    since: date
    until: date | None
    group: int | None
    document: str
    replaces: CircumstanceId | None = None


@dataclass(frozen=True, slots=True)
class Circumstance:
    id: CircumstanceId
    person_id: PersonId
    said: Said
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides whether somebody may wear a device, on one day."""

    sex: str
    born_on: date
    children_born_on: tuple[date, ...] = ()
    is_pregnant: bool = False
    disability_group: int | None = None
    no_bracelet: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants to put a device on somebody."""

    kind: OrderKind
    is_in_force: bool
    officer_sex: str | None
    body_part: BodyPart = BodyPart.ANKLE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fitting:
    id: FittingId
    order_id: OrderId
    person_id: PersonId
    device_id: DeviceId
    body_part: BodyPart
    reason: str
    fitted_by: UserId
    fitted_at: datetime
    removed_at: datetime | None
    removed_by: UserId | None
    removal_ground: Ground | None


@dataclass(frozen=True, slots=True)
class Violation:
    """Of the rules of wearing."""

    kind: ViolationKind
    at: datetime
    note: str
    alert: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What the law provides for a violation: proposed by the ladder, decided by a named human."""

    id: MeasureId
    order_id: OrderId
    person_id: PersonId
    measure: MeasureKind
    violation: Violation
    made_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    decided_by: UserId | None
    act_number: str | None = None
    """Of the measure, once it is taken."""
    reason: str | None = None
    """Why it was not."""


@dataclass(frozen=True, slots=True)
class Release:
    """One decision that ends everything an order began."""

    at: datetime
    act_number: str
    ground: ReleaseGround


@dataclass(frozen=True, slots=True)
class Worn:
    """A device on somebody under an order, and what it sent in vain since nobody wore it."""

    device_id: DeviceId
    serial: str
    begins_at: datetime
    ends_at: datetime | None
    dropped: int


@dataclass(frozen=True, slots=True)
class Watched:
    """A zone that stands for an obligation."""

    kind: ObligationKind
    zone_name: str
