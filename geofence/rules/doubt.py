"""How sure is it that a person is outside a zone: a filter of two states, moved by each fix."""

from math import erf, exp, inf, log, sqrt

from geofence.model import Verdict
from geofence.policies import Policy
from tracking.model import Fix, Mechanism

SECOND_US = 1_000_000
HOUR_S = 3600.0
SIGMAS_OF_NO_DOUBT = 8.0
"""From here on the normal distribution is 1 to the last digit of a double: farther is the same."""


def accuracy(fix: Fix, policy: Policy) -> tuple[float, bool]:
    """Metres at 68 %, and whether they had to be assumed because the device named none (0 is none)."""
    if fix.accuracy_m is None or not 0.0 < fix.accuracy_m < inf:
        return unknown_accuracy(fix.mechanism, policy), True
    return max(fix.accuracy_m, policy.accuracy_floor_m), False


def unknown_accuracy(mechanism: Mechanism, policy: Policy) -> float:
    if mechanism is Mechanism.GNSS:
        return policy.unknown_gnss_m
    if mechanism is Mechanism.WIFI:
        return policy.unknown_wifi_m
    return policy.unknown_beacon_m if mechanism is Mechanism.BEACON else policy.unknown_cell_m


def sigma(accuracy_m: float, policy: Policy) -> float:
    """The standard deviation we reckon with: wider than claimed, because claims are too good."""
    return policy.accuracy_doubt * accuracy_m / policy.accuracy_quantile


def reach(accuracy_m: float, policy: Policy) -> float:
    """Metres beyond which a distance to the border changes nothing any more."""
    return max(policy.reach_m, SIGMAS_OF_NO_DOUBT * sigma(accuracy_m, policy))


def moved(
    log_odds: float, *, gap_s: float | None, distance_m: float, accuracy_m: float, policy: Policy
) -> float:
    """Log-odds of "outside" after one more fix, `gap_s` seconds after the one before (None: the first)."""
    if gap_s is not None:
        log_odds = faded(log_odds, gap_s=gap_s, policy=policy)
    weight = 1.0 if gap_s is None else min(1.0, gap_s / policy.burst_s)
    log_odds += weight * evidence(distance_m, accuracy_m, policy)
    return max(-policy.most_log_odds, min(policy.most_log_odds, log_odds))


def faded(log_odds: float, *, gap_s: float, policy: Policy) -> float:
    """What is left of a belief after a while without fixes, if people come and go at the policy's rate."""
    kept = exp(-2.0 * policy.changes_per_hour * gap_s / HOUR_S)
    outside = 0.5 + (probability(log_odds) - 0.5) * kept
    return log(outside / (1.0 - outside))


def evidence(distance_m: float, accuracy_m: float, policy: Policy) -> float:
    """What one fix says by itself: how much likelier it is from outside than from inside, as a logarithm."""
    inside_out = 0.5 * (1.0 + erf(distance_m / sigma(accuracy_m, policy) / sqrt(2.0)))
    outside = policy.outlier_share / 2.0 + (1.0 - policy.outlier_share) * inside_out
    return log(outside / (1.0 - outside))


def probability(log_odds: float) -> float:
    """P(outside)."""
    return 1.0 / (1.0 + exp(-log_odds))


def verdict(log_odds: float, policy: Policy) -> Verdict:
    threshold = log(policy.sure / (1.0 - policy.sure))
    if log_odds >= threshold:
        return Verdict.OUT
    return Verdict.IN if log_odds <= -threshold else Verdict.UNSURE
