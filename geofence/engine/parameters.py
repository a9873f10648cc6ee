"""Policies as rows for kernels: the values of `geofence.policies.Policy` that decide about fixes."""

from math import exp
from typing import Final

import numpy as np

from geofence.engine.compiled import Column, part
from geofence.policies import ErrorModel, Policies, Policy
from geofence.rules import doubt
from tracking.model import Mechanism

PARAMETERS: Final = np.dtype([
    ("valid_from_us", "i8"),
    ("is_normal", "i8"),
    ("accuracy_floor_m", "f8"),
    ("unknown_m", "f8", (len(Mechanism) + 1,)),  # by mechanism
    ("bursts", "f8", (len(Mechanism) + 1,)),  # seconds of a burst, by mechanism
    ("sigma_a_metre", "f8"),  # scale of the error for one metre of claimed accuracy
    ("poor_m", "f8"),
    ("no_doubt_sigmas", "f8"),
    ("trusted", "f8"),  # 1 - outlier_share
    ("changes_per_s", "f8"),  # twice the rate at which beliefs fade
    ("repeated_s", "f8"),  # seconds of a burst, of a place that is repeated
    ("stale_us", "f8"),
    ("stale_weight", "f8"),
    ("sure_odds", "f8"),
    ("sure_not_odds", "f8"),
    ("most_odds", "f8"),
    ("least_odds", "f8"),
    ("fresh_us", "f8"),
    ("crossing_gap_us", "f8"),
    ("crossing_sigmas", "f8"),
    ("jump_speed_mps", "f8"),
    ("battery_low", "i8"),
    ("battery_good", "i8"),
    ("evidence_fixes", "i8"),
])  # fmt: skip


def columns(policies: Policies) -> Column:
    """PARAMETERS[policies], oldest first."""
    return np.array([_row(policy) for policy in policies.known], PARAMETERS)


@part
def at(parameters: Column, at_us: int) -> int:
    """Which row decides about a moment; the first one also before its time."""
    row = 0
    for i in range(1, len(parameters)):
        if parameters[i].valid_from_us <= at_us:
            row = i
    return row


def _row(policy: Policy) -> tuple[object, ...]:
    mechanisms = [0, *Mechanism]
    return (
        policy.valid_from_us,
        policy.error_model is ErrorModel.NORMAL,
        policy.accuracy_floor_m,
        [doubt.unknown_accuracy(Mechanism(m or 1), policy) for m in mechanisms],
        [policy.burst_s * (policy.network_bursts if m in doubt.NETWORKS else 1.0) for m in mechanisms],
        policy.accuracy_doubt / policy.accuracy_quantile,
        policy.poor_m,
        policy.no_doubt_sigmas,
        1.0 - policy.outlier_share,
        2.0 * policy.changes_per_hour / doubt.HOUR_S,
        policy.burst_s * policy.repeated_bursts,
        policy.stale_s * doubt.SECOND_US,
        policy.stale_weight,
        policy.sure / (1.0 - policy.sure),
        1.0 / (policy.sure / (1.0 - policy.sure)),
        exp(policy.most_log_odds),
        1.0 / exp(policy.most_log_odds),
        policy.fresh_s * doubt.SECOND_US,
        policy.crossing_gap_s * doubt.SECOND_US,
        policy.crossing_sigmas,
        policy.jump_speed_mps,
        policy.battery_low_percent,
        policy.battery_good_percent,
        policy.evidence_fixes,
    )
