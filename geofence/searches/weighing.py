"""Many fixes weighed at once: `rules.doubt` and `rules.presence` over columns, the same numbers bit for bit.

They define what a fix says; this is their arithmetic in the same order, on the `erf` of the same system."""

from math import erf, inf, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geofence.engine.compiled import kernel
from geofence.policies import ErrorModel, Policy
from geofence.rules import doubt
from geofence.rules.presence import FARTHEST_SIGMAS, STEPS
from tracking.fixes import F8, I8
from tracking.model import Mechanism

ROOT_2: Final = sqrt(2.0)


def stated(accuracy_m: F8, mechanism: I8, policy: Policy) -> tuple[F8, NDArray[np.bool_]]:
    """(n,) metres at 68 %, and whether they had to be assumed because the device named none (NaN, 0)."""
    assumed_m = np.empty(len(accuracy_m))
    for one in np.unique(mechanism).tolist():
        assumed_m[mechanism == one] = doubt.unknown_accuracy(Mechanism(one), policy)
    is_assumed = ~((accuracy_m > 0.0) & (accuracy_m < inf))
    return np.where(is_assumed, assumed_m, np.maximum(accuracy_m, policy.accuracy_floor_m)), is_assumed


def within(distance_m: F8, radius_m: float, accuracy_m: F8, *, policy: Policy) -> F8:
    """(n,) P(the true place is within `radius_m` of a point that is (n,) `distance_m` from its fix)."""
    scale_m = _sigma(accuracy_m, policy)
    held = _student if policy.error_model is ErrorModel.STUDENT else _normal
    found: F8 = (1.0 - policy.outlier_share) * held(distance_m / scale_m, radius_m / scale_m)
    return found


def _sigma(accuracy_m: F8, policy: Policy) -> F8:
    understated = np.maximum(1.0, accuracy_m / policy.poor_m)
    found: F8 = policy.accuracy_doubt * understated * accuracy_m / policy.accuracy_quantile
    return found


def _student(distance: F8, radius: F8) -> F8:
    facing = 2.0 + distance * distance - radius * radius
    found: F8 = 0.5 - 0.5 * facing / np.sqrt(facing * facing + 8.0 * radius * radius)
    return found


@kernel
def _normal(distance: F8, radius: F8) -> F8:
    """(n,) distances and radii in scales of the error → (n,) the share of a bell curve within the circle."""
    found = np.zeros(len(distance))
    for k in range(len(distance)):
        left = max(-radius[k], distance[k] - FARTHEST_SIGMAS)
        right = min(radius[k], distance[k] + FARTHEST_SIGMAS)
        if left >= right:
            continue
        width = (right - left) / STEPS
        total, edge = 0.0, 0.5 * (1.0 + erf((left - distance[k]) / ROOT_2))
        for i in range(STEPS):
            beyond = 0.5 * (1.0 + erf((left + (i + 1) * width - distance[k]) / ROOT_2))
            middle = left + (i + 0.5) * width
            chord = sqrt(max(0.0, radius[k] * radius[k] - middle * middle))
            total += (beyond - edge) * erf(chord / ROOT_2)
            edge = beyond
        found[k] = total
    return found
