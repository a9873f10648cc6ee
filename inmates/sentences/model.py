"""Facts about a sentence, as they were written down: nothing here is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, NewType

from core.model import PersonId, UserId

FactId = NewType("FactId", int)
ComputationId = NewType("ComputationId", int)


class Category(StrEnum):
    """Of a crime (JK 15), in the order of gravity."""

    MINOR = "minor"
    LESS_SERIOUS = "less_serious"
    SERIOUS = "serious"
    ESPECIALLY_SERIOUS = "especially_serious"

    @property
    def gravity(self) -> int:
        return list(Category).index(self)


class Punishment(StrEnum):
    """Kinds with a term in days; fines and hours of community service have no last day."""

    DEPRIVATION = "deprivation"
    LIFE = "life"
    RESTRICTION = "restriction"
    DISCIPLINARY_UNIT = "disciplinary_unit"
    CORRECTIVE_WORK = "corrective_work"
    SERVICE_RESTRICTION = "service_restriction"


class Past(StrEnum):
    """What JK 73 asks about earlier sentences."""

    FIRST = "first"
    REPEAT = "repeat"
    """An intentional crime, earlier deprived of liberty for an intentional crime."""
    AFTER_RELEASE = "after_release"
    """A new intentional crime during the part that was spared by an early release or a milder kind."""
    DANGEROUS = "dangerous"
    """Declared an especially dangerous recidivist."""


class Method(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    ABSORPTION = "absorption"


class Ground(StrEnum):
    CRIMES = "crimes"
    """Several crimes, JK 59."""
    JUDGMENTS = "judgments"
    """Several judgments, JK 60: what is left of the earlier one is added."""


class Holding(StrEnum):
    DETENTION = "detention"
    REMAND = "remand"
    HOUSE_ARREST = "house_arrest"


class Measure(StrEnum):
    """What may become possible before the end."""

    EARLY_RELEASE = "early_release"
    MITIGATION = "mitigation"


@dataclass(frozen=True, slots=True)
class Term:
    """As a court writes it."""

    years: int = 0
    months: int = 0
    days: int = 0

    @property
    def whole_months(self) -> int:
        return 12 * self.years + self.months

    def __add__(self, other: "Term") -> "Term":
        years, months = divmod(self.whole_months + other.whole_months, 12)
        return Term(years, months, self.days + other.days)


@dataclass(frozen=True, slots=True)
class Article:
    number: str
    """As in the Criminal Code: 169/3."""
    category: Category


@dataclass(frozen=True, slots=True)
class Judgment:
    court: str
    act_number: str
    act_on: date
    articles: tuple[Article, ...]
    punishment: Punishment
    starts_on: date
    term: Term = Term()
    """Nothing for life."""
    committed_on: date | None = None
    """The last of its crimes; decides about minority and the law of then."""
    past: Past = Past.FIRST


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence that goes into a merging."""

    sentence: FactId
    left: Term | None = None
    """What the court took as unserved of it; none: the whole term."""


@dataclass(frozen=True, slots=True)
class Merging:
    court: str
    act_number: str
    act_on: date
    ground: Ground
    method: Method
    parts: tuple[Part, ...]
    starts_on: date
    added: Term = Term()
    """Partial addition: how much of the others was added to the severest."""


@dataclass(frozen=True, slots=True)
class Held:
    """In custody before the sentence began; both days count."""

    holding: Holding
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Revision:
    """A later act of a court: as if the sentence had said so from its start."""

    court: str
    act_number: str
    act_on: date
    sentence: FactId
    term: Term
    articles: tuple[Article, ...] = ()
    """None: as before."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """The unserved part gives way to a milder kind, from a day on."""

    court: str
    act_number: str
    act_on: date
    starts_on: date
    punishment: Punishment
    term: Term


@dataclass(frozen=True, slots=True)
class Reduction:
    """An act of amnesty or pardon: by a term, or by a share of what is unserved on its day."""

    act_number: str
    act_on: date
    term: Term = Term()
    share: str = "0"
    """"1/3"; zero: by the term."""

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.share)


@dataclass(frozen=True, slots=True)
class Reading:
    """A book whose reading the commission confirmed."""

    read_on: date
    title: str


@dataclass(frozen=True, slots=True)
class Interruption:
    """Days that do not count: an escape."""

    since: date
    until: date | None = None
    """None: still away."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A court refused; it may be asked again from `until` on."""

    measure: Measure
    act_on: date
    until: date


@dataclass(frozen=True, slots=True)
class Annulment:
    """What it replaces was written by mistake."""

    reason: str


Fact = (
    Judgment
    | Merging
    | Held
    | Revision
    | Replacement
    | Reduction
    | Reading
    | Interruption
    | Refused
    | Annulment
)
KINDS: Mapping[str, type[Fact]] = {
    kind.__name__.lower(): kind
    for kind in (
        Judgment,
        Merging,
        Held,
        Revision,
        Replacement,
        Reduction,
        Reading,
        Interruption,
        Refused,
        Annulment,
    )
}
SENTENCES = (Judgment, Merging)


def kind_of(fact: Fact) -> str:
    return type(fact).__name__.lower()


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with its number; the one it replaces no longer counts."""

    id: FactId
    fact: Fact
    replaces: FactId | None = None
    made_at: datetime | None = None
    made_by: UserId | None = None


@dataclass(frozen=True, slots=True)
class Convict:
    """What the law asks about the person."""

    born_on: date
    sex: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A computation that was used for a decision, as it was."""

    id: ComputationId
    person_id: PersonId
    purpose: str
    reference: str
    facts: tuple[FactId, ...]
    on_day: date
    digests: tuple[str, ...]
    """Of the rule set of the day, of the day of the crime, and of the calendar."""
    result: Mapping[str, Any]
    made_at: datetime
    made_by: UserId

    @property
    def figures(self) -> Mapping[str, str | int | None]:
        found: Mapping[str, str | int | None] = self.result["figures"]
        return found
