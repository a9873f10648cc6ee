"""Ways to say from fixes whether somebody is outside a zone: what others do, and what we do."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geofence.model import Place, Term, Verdict
from geofence.policies import Policies, Policy
from geofence.rules import doubt, walk
from recordings import Track
from scene import PERSON

I1 = NDArray[np.int8]
IN, UNSURE, OUT = -1, 0, 1
SIGNS = {Verdict.IN: IN, Verdict.UNSURE: UNSURE, Verdict.OUT: OUT}


class Said(NamedTuple):
    """After each fix (row), of each zone (column)."""

    answer: I1
    """What the rule stands by: OUT or IN. Of the fold: is a breach open? Before anything was said: IN."""
    sure: I1
    """What it says at this very fix, or UNSURE."""


Rule = Callable[[Track], Said]


def naive(track: Track) -> Said:
    """Inside or outside, by the last fix."""
    return _held(_side(track))


def cap(most_m: float) -> Rule:
    """Fixes worse than this, or of unknown accuracy, are thrown away."""

    def rule(track: Track) -> Said:
        good = track.accuracy_m <= most_m
        return _held(np.where(good[:, None], _side(track), UNSURE))

    return rule


def circle_clears(track: Track) -> Said:
    """The circle of the fix's error must not touch the border; without accuracy there is no circle."""
    clear = np.abs(track.metres) > track.accuracy_m[:, None]
    return _held(np.where(clear, _side(track), UNSURE))


def in_a_row(count: int) -> Rule:
    """The last so many fixes agree."""

    def rule(track: Track) -> Said:
        side = _side(track)
        total = np.cumsum(side, axis=0, dtype=np.int64)
        total[count:] -= total[:-count].copy()
        return _held(np.where(np.abs(total) == count, side, UNSURE))

    return rule


def fold(policy: Policy) -> Rule:
    """`walk.fold`, the definition, one fix after the other."""

    def rule(track: Track) -> Said:
        standing = walk.fresh(PERSON)
        column = {id(term): n for n, term in enumerate(track.terms)}
        answer = np.full(track.metres.shape, IN, np.int8)
        sure = np.zeros(track.metres.shape, np.int8)
        for row, (fix, metres) in enumerate(zip(track.fixes.rows(), track.metres.tolist(), strict=True)):
            standing, _ = walk.fold(
                standing, fix, track.terms, policies=Policies((policy,)), measure=_measured(metres, column)
            )
            for n, belief in enumerate(standing.beliefs):
                answer[row, n] = IN if belief.breach is None else OUT
                sure[row, n] = SIGNS[doubt.verdict(belief.odds, policy)]
        return Said(answer, sure)

    return rule


def _measured(metres: list[float], column: dict[int, int]) -> walk.Measure:
    def measure(term: Term, _: Place, reach_m: float) -> float:
        return max(-reach_m, min(reach_m, metres[column[id(term)]]))

    return measure


def _side(track: Track) -> I1:
    return np.where(track.metres > 0.0, OUT, IN).astype(np.int8)


def _held(sure: I1) -> Said:
    """What was last said stands until something else is said; at first one is at home."""
    rows = np.where(sure != UNSURE, np.arange(len(sure))[:, None], -1)
    last = np.maximum.accumulate(rows, axis=0)
    answer = np.where(last >= 0, np.take_along_axis(sure, np.maximum(last, 0), axis=0), IN)
    return Said(answer.astype(np.int8), sure)
