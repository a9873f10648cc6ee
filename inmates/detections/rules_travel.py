"""From where and when somebody signed in to what nobody can have done in person. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import combinations, groupby, pairwise

from core.geo import LonLat, distance_m
from inmates.detections.model import Finding, Kind, SignIn
from inmates.detections.rules import Policy, is_night


def look_back(places: Mapping[str, LonLat], *, policy: Policy) -> timedelta:
    """As long as the longest way between two of these takes: who signed in before that may be anywhere."""
    farthest = max((_km(a, b) for a, b in combinations(places.values(), 2)), default=0.0)
    return timedelta(hours=farthest / policy.travel_kmh)


def travels(
    signs: Iterable[SignIn], *, places: Mapping[str, LonLat], since: datetime, policy: Policy, here: tzinfo
) -> Iterator[Finding]:
    """Of each user: sign-ins from `since` on that are too far from the one before, once a local day."""
    placed = sorted((one for one in signs if one.network in places), key=lambda one: (one.user, one.at))
    for user, some in groupby(placed, key=lambda one: one.user):
        jumps = [later for _, later in _jumps(list(some), places, policy=policy) if later.at >= since]
        for day, those in groupby(jumps, key=lambda one: one.at.astimezone(here).date()):
            yield Finding(Kind.TRAVEL, user, len(list(those)), day=day, is_urgent=True)


def _jumps(
    signs: Sequence[SignIn], places: Mapping[str, LonLat], *, policy: Policy
) -> Iterator[tuple[SignIn, SignIn]]:
    for before, after in pairwise(signs):
        km = _km(places[before.network], places[after.network])
        hours = (after.at - before.at) / timedelta(hours=1)
        if km > policy.travel_least_km and km > policy.travel_kmh * hours:
            yield before, after


def strange(signs: Iterable[SignIn], *, since: datetime, policy: Policy, here: tzinfo) -> Iterator[Finding]:
    """By night, from a network that the operator has not named; once a user and local day."""
    odd = [
        one
        for one in signs
        if not one.network and one.at >= since and is_night(one.at, policy=policy, here=here)
    ]
    by_day = sorted((one.user, one.at.astimezone(here).date()) for one in odd)
    for (user, day), those in groupby(by_day):
        yield Finding(Kind.STRANGE_NETWORK, user, len(list(those)), day=day)


def _km(one: LonLat, other: LonLat) -> float:
    return distance_m(one, other) / 1000
