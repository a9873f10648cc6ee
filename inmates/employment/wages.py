"""Facts of a month, and the payslip that follows from them by the rules of its law."""

from dataclasses import dataclass
from datetime import date, datetime

from inmates.employment.model import HandKind, PayrollId, PayslipId, PlacementId, Tariff, WritBasis, WritKind


@dataclass(frozen=True, slots=True)
class Work:
    """One placement's month."""

    placement_id: int
    tariff: Tariff
    rate: int
    minutes: int
    pieces: int
    longest_min: int
    """Of its shifts."""


@dataclass(frozen=True, slots=True)
class Debt:
    """An enforcement document in force in the month."""

    writ_id: int
    number: str
    kind: WritKind
    basis: WritBasis
    total: int | None
    monthly: int | None
    share: str
    paid: int
    """So far, by other payrolls."""
    paid_in_month: int
    """Of it for this same month, by another institution's payroll."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the institution wants to hold back itself."""

    deduction_id: int
    kind: HandKind
    amount: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a payslip depends on besides the law."""

    person_id: int
    month: date
    """Its first day."""
    in_custody: bool
    work: tuple[Work, ...]
    debts: tuple[Debt, ...]
    """In the order in which they were registered."""
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a payslip: `work.line.<key>` says what it is."""

    key: str
    basis: int
    """What the rate was applied to: minutes, pieces, or so'm."""
    rate: str
    """So'm, or a share; empty where there is none."""
    article: str
    source: str
    amount: int
    about: int | None = None
    """The placement, writ or deduction."""
    kind: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Payslip:
    gross: int
    tax: int
    deducted: int
    """By enforcement documents and by the institution."""
    kept: int
    """What comes to the personal account."""
    social_tax: int
    """Paid by the institution, never by the person."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    people: int
    gross: int
    tax: int
    deducted: int
    kept: int
    social_tax: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What an institution wants to hold back of a month's wage, and why; 0 takes back what it replaces."""

    placement_id: PlacementId
    month: date
    kind: HandKind
    amount: int
    ground: str
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """A payroll that a named accountant approved."""

    id: PayrollId
    institution_id: int
    institution: str
    month: date
    replaces: PayrollId | None
    why: str
    digest: str
    """Of the rule set it was computed with."""
    approved_by: str
    approved_at: datetime
    stands: bool
    """False: a correction has replaced it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A payslip as it was approved, with what it was computed from."""

    id: PayslipId
    payroll: Approved
    facts: Facts
    slip: Payslip


@dataclass(frozen=True, slots=True)
class Earned:
    """One approved month of one institution, as a certificate says it."""

    payslip_id: PayslipId
    institution: str
    month: date
    minutes: int
    pieces: int
    gross: int
    tax: int
    social_tax: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of what somebody did: counted in its own unit, never added to another's."""

    kind: str
    """`work.deed.<kind>`"""
    name: str
    since: date
    until: date
    """Its last day."""
    amount: int
    unit: str
    """minutes, pieces, som"""
