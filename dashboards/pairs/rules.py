"""How far apart two are now, and how surely: as the fold of two reckons, at this moment. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.times import from_us
from geofence.relations.model import Basis, Look, Meeting, Seen
from geofence.rules import meetings
from tracking.model import Fix, Flag

SURE: Final = 2.0
"""Errors: so many beyond the limit, and it is called near or far; nearer than that is called unsure."""


class Standing(StrEnum):
    NEAR = "near"
    FAR = "far"
    UNSURE = "unsure"
    UNKNOWN = "unknown"
    """Of one of the two nothing was heard."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two as last known: when and how exactly, not where."""

    at: datetime
    age_s: float
    accuracy_m: float
    is_assumed: bool
    error_m: float
    """Now: its own, and how far they may have gone since."""


@dataclass(frozen=True, slots=True)
class Apart:
    standing: Standing
    look: Look | None
    person: Side | None
    other: Side | None


def apart(person: Fix | None, other: Fix | None, limit_m: float, *, basis: Basis, now_us: int) -> Apart:
    one, two = _seen(person, basis), _seen(other, basis)
    if one is None or two is None:
        return Apart(Standing.UNKNOWN, None, _side(one, now_us), _side(two, now_us))
    look = meetings.scalar(Meeting(now_us, one, two))
    return Apart(standing(look, limit_m), look, _side(one, now_us), _side(two, now_us))


def standing(look: Look, limit_m: float) -> Standing:
    """An old place makes unsure; it never says near."""
    if look.distance_m + SURE * look.error_m < limit_m:
        return Standing.NEAR
    return Standing.FAR if look.distance_m - SURE * look.error_m > limit_m else Standing.UNSURE


def _seen(fix: Fix | None, basis: Basis) -> Seen | None:
    """What a device calls made up says nothing."""
    return None if fix is None or Flag.MOCK in fix.flags else meetings.seen(None, fix, basis=basis)


def _side(one: Seen | None, now_us: int) -> Side | None:
    if one is None:
        return None
    place = one.place
    age_s, error_m = meetings.age_s(one, now_us), meetings.error_m(one, now_us)
    return Side(from_us(place.taken_us), age_s, place.accuracy_m, place.is_assumed, error_m)
