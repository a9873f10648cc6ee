"""A screen's sums over time as a small drawing: bands behind, a dot for each sum, else nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inmates.psychology.model import Screen, Screening

WIDE: Final = 600
HIGH: Final = 160
EDGE: Final = 12
WORDS: Final = 130
"""Room on the right for the names of the bands."""


@dataclass(frozen=True, slots=True)
class Stripe:
    code: str
    y: float
    high: float


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    total: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Drawing:
    stripes: Sequence[Stripe]
    dots: Sequence[Dot]
    line: str
    """Points of a polyline."""


def draw(screen: Screen, taken: Sequence[Screening]) -> Drawing:
    dots = [_dot(screen, taken, one) for one in taken if one.score.total is not None]
    line = " ".join(f"{dot.x},{dot.y}" for dot in dots)
    return Drawing(_stripes(screen), dots, line)


def _dot(screen: Screen, taken: Sequence[Screening], one: Screening) -> Dot:
    since, until = taken[0].taken_at, taken[-1].taken_at
    share = (one.taken_at - since) / (until - since) if until > since else 0.5
    total = one.score.total or 0
    return Dot(round(EDGE + share * (WIDE - EDGE - WORDS), 1), _height(screen, total), total, one.taken_at)


def _stripes(screen: Screen) -> list[Stripe]:
    found, tops = [], [*(band.least for band in screen.bands[1:]), screen.most]
    for band, top in zip(screen.bands, tops, strict=True):
        above = _height(screen, top)
        found.append(Stripe(band.code, above, round(_height(screen, band.least) - above, 1)))
    return found


def _height(screen: Screen, total: int) -> float:
    """Low sums lie low."""
    share = (total - screen.fewest) / (screen.most - screen.fewest)
    return round(HIGH - EDGE - share * (HIGH - 2 * EDGE), 1)
