"""How probable is it that a device was within a circle, given where one fix put it and how exact that was?"""

from math import asin, erf, pi, sin, sqrt

from geofence.policies import ErrorModel, Policy
from geofence.rules import doubt

STEPS = 200
"""Slices of the circle under the normal model: exact to a thousandth."""
FARTHEST_SIGMAS = 8.0


def within(distance_m: float, radius_m: float, accuracy_m: float, *, policy: Policy) -> float:
    """P(the true place is within `radius_m` of a point that is `distance_m` from the fix). An outlier, which
    may be anywhere, is not taken for a witness."""
    scale_m = doubt.sigma(accuracy_m, policy)
    held = _student if policy.error_model is ErrorModel.STUDENT else _normal
    return (1.0 - policy.outlier_share) * held(distance_m / scale_m, radius_m / scale_m)


def reach_m(radius_m: float, least: float) -> float:
    """Farther than this no fix, however exact, is within the circle with `least`: seen from there the circle
    fills less than that share of all directions, and an error may go in any of them."""
    return radius_m / sin(pi * min(least, 0.5))


def most(distance_m: float, radius_m: float) -> float:
    """What `within` cannot exceed at a distance, whatever the accuracy."""
    return 1.0 if distance_m <= radius_m else asin(radius_m / distance_m) / pi


def _student(distance: float, radius: float) -> float:
    """Two degrees of freedom in the plane are a sphere, evenly covered and projected from its pole: a circle
    of the plane is a cap of the sphere, and its share of the sphere is known."""
    facing = 2.0 + distance * distance - radius * radius
    return 0.5 - 0.5 * facing / sqrt(facing * facing + 8.0 * radius * radius)


def _normal(distance: float, radius: float) -> float:
    """Slice by slice across the way to the fix: how probable is the slice, and in it the chord?"""
    left, right = max(-radius, distance - FARTHEST_SIGMAS), min(radius, distance + FARTHEST_SIGMAS)
    if left >= right:
        return 0.0
    width = (right - left) / STEPS
    edges = [_below(left + i * width - distance) for i in range(STEPS + 1)]
    total = 0.0
    for i in range(STEPS):
        middle = left + (i + 0.5) * width
        chord = sqrt(max(0.0, radius * radius - middle * middle))
        total += (edges[i + 1] - edges[i]) * erf(chord / sqrt(2.0))
    return total


def _below(z: float) -> float:
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))
