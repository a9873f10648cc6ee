"""Many meetings of two wearers at once: the same numbers as `rules.meetings.scalar`, column by column."""

from collections.abc import Sequence
from math import hypot
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geofence.engine.compiled import lean
from geofence.engine.plane import metres_per_degree
from geofence.relations.model import Look, Meeting, Seen

F8 = NDArray[np.float64]
SECOND_US: Final = 1_000_000


class Places(NamedTuple):
    """One place a row; columns of equal length, float64."""

    lon: F8
    """Degrees."""
    lat: F8
    scale_m: F8
    """Of the error when it was taken."""
    age_s: F8
    pace_mps: F8


class Looks(NamedTuple):
    """Metres, float64[n]; see `relations.model.Look`."""

    distance_m: F8
    person_error_m: F8
    other_error_m: F8
    error_m: F8


def looks(met: Sequence[Meeting]) -> list[Look]:
    """What `rules.meetings.scalar` says of each."""
    found = measured(places(met, [m.person for m in met]), places(met, [m.other for m in met]))
    return [Look(*row) for row in zip(*(column.tolist() for column in found), strict=True)]


def places(met: Sequence[Meeting], seen: Sequence[Seen]) -> Places:
    """The places of one side, as old as they are at the meetings."""
    age_us = np.array([m.at_us for m in met], np.int64) - np.array([s.place.taken_us for s in seen], np.int64)
    return Places(
        np.array([s.place.lon for s in seen], np.float64),
        np.array([s.place.lat for s in seen], np.float64),
        np.array([s.scale_m for s in seen], np.float64),
        age_us / SECOND_US,
        np.array([s.pace_mps for s in seen], np.float64),
    )


def measured(person: Places, other: Places) -> Looks:
    found = Looks(*(np.empty(len(person.lon)) for _ in range(4)))
    measure(person, other, found)
    return found


@lean
def measure(person: Places, other: Places, found: Looks) -> None:
    """Fills `found` (all float64[n]) from the two sides' columns."""
    for i in range(len(found.distance_m)):
        kx, ky = metres_per_degree((person.lat[i] + other.lat[i]) / 2.0)
        east = (other.lon[i] - person.lon[i]) * kx
        north = (other.lat[i] - person.lat[i]) * ky
        found.distance_m[i] = hypot(east, north)
        found.person_error_m[i] = hypot(person.scale_m[i], person.pace_mps[i] * person.age_s[i])
        found.other_error_m[i] = hypot(other.scale_m[i], other.pace_mps[i] * other.age_s[i])
        found.error_m[i] = hypot(found.person_error_m[i], found.other_error_m[i])
