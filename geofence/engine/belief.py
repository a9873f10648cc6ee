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
    return by.stale_weight if is_stale else 1.0


@part
def lean(z: float, news: float, by: Any) -> float:
    """Evidence as a number between -1 and 1: (1 + lean) / (1 - lean) is how many times likelier a fix is from
    outside. `z`: signed distance to the border in scales of the fix's error."""
    if by.is_normal:
        full = by.trusted * erf(z / ROOT_2)
        if news == 1.0:
            return full  # type: ignore[no-any-return]
        times = ((1.0 + full) / (1.0 - full)) ** news
        return (times - 1.0) / (times + 1.0)  # type: ignore[no-any-return]
    return news * by.trusted * z / sqrt(2.0 + z * z)  # type: ignore[no-any-return]


@part
def moved(odds: float, kept: float, lean: float) -> float:
    """Odds of "outside": the old ones fade towards one to one, then the evidence moves them. One division."""
    outside = odds * (1.0 + kept) + (1.0 - kept)
    inside = odds * (1.0 - kept) + (1.0 + kept)
    return outside * (1.0 + lean) / (inside * (1.0 - lean))
