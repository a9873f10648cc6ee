"""How sure is it that a person is outside a zone: a filter of two states, moved by each fix.

What is kept of a person and a zone is one number, the odds of "outside": 99 means 99 to 1, one means nothing
is known. Under the student model every step is arithmetic and a square root, so that any computer, and
anybody with a pocket calculator, comes to the same digits (docs/doubt.md)."""

from math import erf, exp, inf, sqrt
from typing import NamedTuple

from geofence.model import Place, Verdict
from geofence.policies import ErrorModel, Policy
from geofence.rules import places
from tracking.model import Fix, Mechanism

SECOND_US = 1_000_000
HOUR_S = 3600.0
NOTHING_KNOWN = 1.0
"""Odds of one to one."""
NETWORKS = (Mechanism.WIFI, Mechanism.CELL)


class Weight(NamedTuple):
    """What one fix counts, whatever the zone. Of a person and a fix, so that it is found once."""

    kept: float
    """The share of the old belief that is left, 0 to 1."""
    news: float
    """How much of the fix is new, 0 to 1."""
    first: float
    """The same towards a zone about which nothing was known before."""


ALONE = Weight(1.0, 1.0, 1.0)
"""Of a first fix."""


def accuracy(fix: Fix, policy: Policy) -> tuple[float, bool]:
    """Metres at 68 %, and whether they had to be assumed because the device named none (0 is none)."""
    return stated(fix.accuracy_m, fix.mechanism, policy)


def stated(accuracy_m: float | None, mechanism: Mechanism, policy: Policy) -> tuple[float, bool]:
    if accuracy_m is None or not 0.0 < accuracy_m < inf:
        return unknown_accuracy(mechanism, policy), True
    return max(accuracy_m, policy.accuracy_floor_m), False


def unknown_accuracy(mechanism: Mechanism, policy: Policy) -> float:
    if mechanism is Mechanism.GNSS:
        return policy.unknown_gnss_m
    if mechanism is Mechanism.WIFI:
        return policy.unknown_wifi_m
    return policy.unknown_beacon_m if mechanism is Mechanism.BEACON else policy.unknown_cell_m


def sigma(accuracy_m: float, policy: Policy) -> float:
    """The scale of the error we reckon with: wider than claimed, and of poor fixes much wider."""
    understated = max(1.0, accuracy_m / policy.poor_m)
    return policy.accuracy_doubt * understated * accuracy_m / policy.accuracy_quantile


def reach(accuracy_m: float, policy: Policy) -> float:
    """Metres beyond which a distance to the border changes nothing any more."""
    return max(policy.reach_m, policy.no_doubt_sigmas * sigma(accuracy_m, policy))


def weight(before: Place | None, fix: Fix, place: Place, *, policy: Policy) -> Weight:
    """What a fix counts after the one before, which may have come from another device."""
    first = policy.stale_weight if is_stale(fix, policy) else 1.0
    if before is None:
        return Weight(1.0, first, first)
    gap_s = (place.taken_us - before.taken_us) / SECOND_US
    news = first * min(1.0, gap_s / burst_s(before, fix, place, policy=policy))
    if not places.is_reachable(before, place, policy):
        news *= policy.jump_weight
    return Weight(kept(gap_s, policy), news, first)


def burst_s(before: Place | None, fix: Fix, place: Place, *, policy: Policy) -> float:
    """How long the error of the fix before lives on in this one."""
    network = policy.network_bursts if fix.mechanism in NETWORKS else 1.0
    repeated = policy.repeated_bursts if before and places.is_same(before, place) else 1.0
    return policy.burst_s * max(network, repeated)


def is_stale(fix: Fix, policy: Policy) -> bool:
    """By its device's own clock it was long known when it was sent. A device that names no time of sending
    is believed. When the platform received it says nothing: that is the network's doing."""
    return fix.sent_us > 0 and fix.sent_us - fix.taken_us > policy.stale_s * SECOND_US


def kept(gap_s: float, policy: Policy) -> float:
    """The share of a belief that is left after a while, if people come and go at the policy's rate."""
    changes = 2.0 * policy.changes_per_hour * gap_s / HOUR_S
    return exp(-changes) if policy.error_model is ErrorModel.NORMAL else 1.0 / (1.0 + changes)


def moved(odds: float, *, kept: float, news: float, z: float, policy: Policy) -> float:
    """Odds of "outside" after one more fix; `z`: its distance to the border in scales of its error."""
    odds = faded(odds, kept) * evidence(z, news, policy)
    most = exp(policy.most_log_odds)
    return max(1.0 / most, min(most, odds))


def faded(odds: float, kept: float) -> float:
    """P(outside) moves towards one half."""
    return (odds * (1.0 + kept) + (1.0 - kept)) / (odds * (1.0 - kept) + (1.0 + kept))


def scaled(distance_m: float, accuracy_m: float, policy: Policy) -> float:
    """A distance in scales of the error, cut where it is beyond doubt."""
    z = distance_m / sigma(accuracy_m, policy)
    return max(-policy.no_doubt_sigmas, min(policy.no_doubt_sigmas, z))


def evidence(z: float, news: float, policy: Policy) -> float:
    """What one fix says by itself: how many times likelier it is from outside than from inside."""
    if policy.error_model is ErrorModel.NORMAL:
        lean = (1.0 - policy.outlier_share) * erf(z / sqrt(2.0))
        return float(((1.0 + lean) / (1.0 - lean)) ** news)
    lean = news * (1.0 - policy.outlier_share) * z / sqrt(2.0 + z * z)
    return (1.0 + lean) / (1.0 - lean)


def probability(odds: float) -> float:
    """P(outside)."""
    return odds / (1.0 + odds)


def verdict(odds: float, policy: Policy) -> Verdict:
    threshold = policy.sure / (1.0 - policy.sure)
    if odds >= threshold:
        return Verdict.OUT
    return Verdict.IN if odds <= 1.0 / threshold else Verdict.UNSURE
