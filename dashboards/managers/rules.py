"""From counts to figures: balance, rates, shares with their doubt. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import mean, median
from typing import Final

from core.clock import HERE
from dashboards.managers.model import Balance, Counted, Fates, Load, OfKind, Period, Worn

SPANS: Final = (7, 30, 90, 365)
"""Days that may be asked for."""
USUAL: Final = 30
HEAVY: Final = 1.5
"""So many times what the officer in the middle has is called heavy."""
OUTCOMES: Final = ("violation", "excuse", "authorised", "false", "technical")
FATES: Final = (*OUTCOMES, "taken", "new")
"""In the order in which they are drawn."""
FALSE: Final = "false"
Z95: Final = 1.96
DAY_S: Final = 86_400


def period(days: int, *, now: datetime) -> Period:
    """The last days up to now, from a local midnight on; what nobody offers is the usual."""
    span = days if days in SPANS else USUAL
    today = now.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(today - timedelta(days=span - 1), now)


def balance(loads: Sequence[Load]) -> Balance:
    """Of those who have somebody; who merely closed an alert carries nobody."""
    carried = [load for load in loads if load.people]
    counts = [load.people for load in carried]
    if not counts:
        return Balance(0, 0, 0.0, 0.0, 0, 0, frozenset())
    middle = median(counts)
    heavy = frozenset(load.user for load in carried if load.people > HEAVY * middle)
    return Balance(len(counts), sum(counts), mean(counts), float(middle), max(counts), min(counts), heavy)


def fates(counted: Iterable[Counted], worn: Worn) -> Fates:
    by = Counter[str]()
    for one in counted:
        by[one.fate] += one.count
    total, judged = sum(by.values()), sum(by[name] for name in OUTCOMES)
    low, high = wilson(by[FALSE], judged)
    share = by[FALSE] / judged if judged else None
    days = worn.seconds / DAY_S
    return Fates(total, dict(by), judged, share, low, high, total / days if days else None)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Where a share lies with 95 % certainty; of nothing: anywhere."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, Z95**2
    middle = share + z2 / (2 * of)
    spread = Z95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    whole = 1 + z2 / of
    return max(0.0, min(share, (middle - spread) / whole)), min(1.0, max(share, (middle + spread) / whole))


def kinds(counted: Iterable[Counted], worn: Worn) -> list[OfKind]:
    """The most frequent first."""
    of: dict[str, list[Counted]] = {}
    for one in counted:
        of.setdefault(one.kind, []).append(one)
    found = [OfKind(kind, fates(some, worn)) for kind, some in of.items()]
    return sorted(found, key=lambda one: (-one.fates.total, one.kind))


def days(counted: Iterable[Counted], over: Period) -> list[tuple[date, Mapping[str, int]]]:
    """Every day of the period, those without an alert too."""
    first, last = over.since.astimezone(HERE).date(), over.until.astimezone(HERE).date()
    found = {first + timedelta(days=n): Counter[str]() for n in range((last - first).days + 1)}
    for one in counted:
        if one.day in found:
            found[one.day][one.fate] += one.count
    return list(found.items())


def covered(worn: Worn) -> float | None:
    """The share of the worn time in which something was heard."""
    return 1 - worn.unheard_s / worn.seconds if worn.seconds else None
