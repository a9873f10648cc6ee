"""The filter of `rules.doubt` in kernels: the same numbers, to the last few digits."""

from math import erf, exp, sqrt
from typing import Any

from geofence.engine.compiled import part

SECOND_US = 1e6
ROOT_2 = sqrt(2.0)


@part
def accuracy(claimed_m: float, mechanism: int, by: Any) -> tuple[float, bool]:
    """Metres at 68 %, and whether they had to be assumed."""
    if claimed_m > 0.0 and claimed_m < float("inf"):
        return max(claimed_m, by.accuracy_floor_m), False
    return by.unknown_m[mechanism], True


@part
def sigma(accuracy_m: float, by: Any) -> float:
    """Metres: the scale of the error."""
    return by.sigma_a_metre * max(1.0, accuracy_m / by.poor_m) * accuracy_m  # type: ignore[no-any-return]


@part
def kept(gap_s: float, by: Any) -> float:
    """The share of a belief that is left after a while."""
    changes = by.changes_per_s * gap_s
    return exp(-changes) if by.is_normal else 1.0 / (1.0 + changes)


@part
def first_news(taken_us: int, sent_us: int, by: Any) -> float:
    """What a fix counts when nothing is known before: less if its device sent it long after."""
    is_stale = sent_us > 0 and sent_us - taken_us > by.stale_us
    return by.stale_weight if is_stale else 1.0  # type: ignore[no-any-return]


@part
def evidence(z: float, news: float, by: Any) -> float:
    """How many times likelier a fix is from outside; `z`: signed distance in scales of its error."""
    if by.is_normal:
        lean = by.trusted * erf(z / ROOT_2)
        return ((1.0 + lean) / (1.0 - lean)) ** news  # type: ignore[no-any-return]
    lean = news * by.trusted * z / sqrt(2.0 + z * z)
    return (1.0 + lean) / (1.0 - lean)  # type: ignore[no-any-return]


@part
def faded(odds: float, kept: float) -> float:
    """P(outside) moves towards one half."""
    return (odds * (1.0 + kept) + (1.0 - kept)) / (odds * (1.0 - kept) + (1.0 + kept))
