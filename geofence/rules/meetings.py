"""Two wearers' last known places: what each is worth, how far apart they are, how old, and what that says."""

from math import hypot

from core.geo import LonLat, distance_m
from geofence.model import Place
from geofence.policies import Policy
from geofence.relations.model import Basis, Belief, Cited, Look, Meeting, Seen, Testimony
from geofence.rules import doubt, places
from geofence.rules.walk import where
from tracking.model import Fix


def seen(before: Seen | None, fix: Fix, *, basis: Basis) -> Seen | None:
    """A fix after the one before of the same person."""
    policy = basis.policy(fix.taken_us)
    place = where(fix, policy)
    if place is None:
        return before
    last = before.place if before else None
    return Seen(
        place,
        doubt.sigma(place.accuracy_m, policy),
        max(basis.margin(fix.taken_us).pace_mps, fix.speed_mps or 0.0),
        _worth(last, fix, place, policy=policy),
        doubt.burst_s(last, fix, place, policy=policy),
    )


def scalar(met: Meeting) -> Look:
    """How far apart, and how exactly is it known?"""
    person_m, other_m = (error_m(one, met.at_us) for one in (met.person, met.other))
    ends = (LonLat(one.place.lon, one.place.lat) for one in (met.person, met.other))
    return Look(distance_m(*ends), person_m, other_m, hypot(person_m, other_m))


def error_m(one: Seen, at_us: int) -> float:
    """The error of a place some time after it was true: its square grows by that of the way gone since."""
    return hypot(one.scale_m, one.pace_mps * age_s(one, at_us))


def age_s(one: Seen, at_us: int) -> float:
    return (at_us - one.place.taken_us) / doubt.SECOND_US


def moved(before: Belief, said: Testimony, limit_m: float, *, policy: Policy) -> Belief:
    """The one place where the filter of `rules.doubt` is asked."""
    kept = 1.0 if before.at_us is None else doubt.kept((said.at_us - before.at_us) / doubt.SECOND_US, policy)
    z = (said.distance_m - limit_m) / said.error_m
    z = max(-policy.no_doubt_sigmas, min(policy.no_doubt_sigmas, z))
    return Belief(doubt.moved(before.odds, kept=kept, news=said.news, z=z, policy=policy), said.at_us)


def testimony(before: Belief, met: Meeting, look: Look) -> Testimony:
    """A meeting that is to move a belief."""
    return Testimony(
        met.at_us,
        look.distance_m,
        look.error_m,
        _news(before, met),
        _cited(met.person, look.person_error_m, at_us=met.at_us),
        _cited(met.other, look.other_error_m, at_us=met.at_us),
    )


def is_known(met: Meeting, said: Testimony) -> bool:
    """One of the two places has testified already; the other one is new."""
    pairs = ((met.person.place, said.person), (met.other.place, said.other))
    return any((a.device, a.sequence, a.taken_us) == (b.device, b.sequence, b.taken_us) for a, b in pairs)


def _cited(one: Seen, error_m: float, *, at_us: int) -> Cited:
    key = one.place.device, one.place.sequence, one.place.taken_us
    return Cited(*key, age_s(one, at_us), one.place.accuracy_m, one.place.is_assumed, error_m)


def _worth(before: Place | None, fix: Fix, place: Place, *, policy: Policy) -> float:
    """What `doubt.weight` counts, but for bursts: those are a matter of both."""
    worth = doubt.weight(None, fix, place, policy=policy).first
    if before is not None and not places.is_reachable(before, place, policy):
        worth *= policy.jump_weight
    return worth


def _news(before: Belief, met: Meeting) -> float:
    """A testimony is worth what the poorer of its two fixes is worth, in a burst less."""
    worth = min(met.person.worth, met.other.worth)
    if before.at_us is None:
        return worth
    burst_s = max(met.person.burst_s, met.other.burst_s)
    return worth * min(1.0, (met.at_us - before.at_us) / doubt.SECOND_US / burst_s)
