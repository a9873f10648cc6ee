"""What a manager sees: counts as they are stored, and the figures that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.model import PersonId, UserId


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until): whole local days and the day that goes on."""

    since: datetime
    until: datetime

    @property
    def days(self) -> float:
        return (self.until - self.since) / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Load:
    """What one officer has on their hands now, and closed in the period."""

    user: UserId
    shown_as: str
    people: int
    wearers: int
    """Of them, who wear a device now."""
    taken: int
    """Alerts they have taken and not closed."""
    closed: int


@dataclass(frozen=True, slots=True)
class Balance:
    """How evenly people are spread over officers."""

    officers: int
    people: int
    mean: float
    median: float
    most: int
    least: int
    heavy: frozenset[UserId]
    """Who has more than half as much again as the one in the middle."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many alerts of one day, kind and severity have come to this."""

    day: date
    kind: str
    severity: int
    fate: str
    """An officer's outcome; of what nobody has closed its state."""
    count: int


@dataclass(frozen=True, slots=True)
class Worn:
    """For how long devices were worn in the period, and how much of it nothing was heard."""

    people: int
    seconds: float
    unheard_s: float
    """Within a breach of silence or of missing places, that was not the platform's own absence."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took; what still waits counts with the time it has waited so far."""

    severity: int | None
    """None: all together."""
    count: int
    waiting: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True)
class Waits:
    take: Sequence[Times]
    close: Sequence[Times]


@dataclass(frozen=True, slots=True)
class Fates:
    """Alerts by what they came to."""

    total: int
    by: Mapping[str, int]
    judged: int
    """Those with an officer's outcome."""
    false_share: float | None
    """Of the judged ones; None: none was judged."""
    false_low: float
    false_high: float
    """Wilson's interval, 95 %: a share of few says little."""
    per_person_day: float | None


@dataclass(frozen=True, slots=True)
class OfKind:
    kind: str
    fates: Fates


@dataclass(frozen=True, slots=True)
class Lot:
    """Devices of one lot with one firmware that are worn now."""

    lot: str | None
    firmware: str | None
    worn: int
    silent: int
    """With an open breach of silence or of missing places."""
    battery: int
    """With an open breach of battery or charging."""
    unheard: int
    """Never heard, or not in the last day."""
    alerts: int
    """About the device itself, in the period."""
    wrong: int
    """Of them found false or technical."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One wearer: how much of the time we knew where they were."""

    person: PersonId
    name: str
    number: str
    worn_s: float
    unheard_s: float
    measured: float | None = None
    """Share of five-minute spans with a fix; None: not worn in the days that are measured."""

    @property
    def share(self) -> float:
        return 1 - self.unheard_s / self.worn_s if self.worn_s else 0.0


@dataclass(frozen=True, slots=True)
class CoveredPage:
    people: Sequence[Covered]
    after: tuple[float, PersonId] | None


@dataclass(frozen=True, slots=True)
class View:
    """One page of figures."""

    period: Period
    loads: Sequence[Load]
    balance: Balance
    fates: Fates
    kinds: Sequence[OfKind]
    days: Sequence[tuple[date, Mapping[str, int]]]
    """By day: alerts of each fate."""
    worn: Worn
    waits: Waits
    lots: Sequence[Lot]
