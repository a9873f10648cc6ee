"""Two places of one person: are they the same, and could one have come from one to the other?"""

from core.geo import LonLat, distance_m
from geofence.model import Place
from geofence.policies import Policy

SECOND_US = 1_000_000


def is_same(before: Place, place: Place) -> bool:
    """Word for word: a device that repeats itself has looked only once."""
    return (before.device, before.lon, before.lat, before.accuracy_m) == (
        place.device,
        place.lon,
        place.lat,
        place.accuracy_m,
    )


def is_reachable(start: Place, end: Place, policy: Policy) -> bool:
    """In favour of the person: their errors are taken off the way."""
    seconds = max(1.0, (end.taken_us - start.taken_us) / SECOND_US)
    return way_m(start, end, policy.jump_accuracies) <= policy.jump_speed_mps * seconds


def way_m(start: Place, end: Place, accuracies: float) -> float:
    metres = distance_m(LonLat(start.lon, start.lat), LonLat(end.lon, end.lat))
    return max(0.0, metres - accuracies * (start.accuracy_m + end.accuracy_m))
