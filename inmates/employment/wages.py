"""Facts of a month, and the payslip that follows from them by the rules of its law."""

from dataclasses import dataclass
from datetime import date

from inmates.employment.model import HandKind, Tariff, WritBasis, WritKind


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
