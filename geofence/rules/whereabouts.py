"""A track in plain intervals: surely home, surely not, not known; stops; times without a fix."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from core.geo import LonLat, distance_m
from geofence.model import Hours, Term, Verdict
from geofence.policies import Policies
from geofence.rules import walk, zones
from tracking.model import Fix

GAP_US: Final = 300_000_000
"""After so long without a fix nothing is known any more (domain.md, 5)."""
STOP_M: Final = 75.0
STOP_US: Final = 600_000_000


class Where(StrEnum):
    HOME = "home"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Span:
    where: Where
    since_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Stop:
    since_us: int
    until_us: int
    place: LonLat


SAID: Final = {Verdict.IN: Where.HOME, Verdict.OUT: Where.AWAY, Verdict.UNSURE: Where.UNKNOWN}


def spans(
    fixes: Sequence[Fix], home: Term | None, *, policies: Policies, since_us: int, until_us: int
) -> list[Span]:
    """The whole of [since, until), by the filter that decides about breaches; UNSURE is unknown, and so is
    what follows a fix by more than five minutes."""
    found = [Span(Where.UNKNOWN, since_us, until_us)]
    if home is not None and fixes:
        found = list(_judged(fixes, home, policies=policies, until_us=until_us))
        found.insert(0, Span(Where.UNKNOWN, since_us, fixes[0].taken_us))
    return _joined(found)


def always(home: Term) -> Term:
    """A zone as a question at all times, whatever its hours are."""
    return replace(home, hours=Hours(), since_us=0, until_us=None, absences=())


def _judged(fixes: Sequence[Fix], home: Term, *, policies: Policies, until_us: int) -> Iterator[Span]:
    asked, standing = (always(home),), walk.fresh(fixes[0].person)
    ends = [*(fix.taken_us for fix in fixes[1:]), until_us]
    for fix, end_us in zip(fixes, ends, strict=True):
        standing, _ = walk.walk(standing, [fix], asked, policies=policies)
        policy = policies.at(fix.taken_us)
        said = zones.verdict(standing.beliefs[0], policy) if standing.beliefs else Verdict.UNSURE
        known_us = min(end_us, fix.taken_us + GAP_US)
        yield Span(SAID[said], fix.taken_us, known_us)
        yield Span(Where.UNKNOWN, known_us, end_us)


def _joined(listed: Iterable[Span]) -> list[Span]:
    """Neighbours that say the same are one; what lasts no time is none."""
    found: list[Span] = []
    for span in listed:
        if span.until_us <= span.since_us:
            continue
        if found and found[-1].where is span.where:
            found[-1] = replace(found[-1], until_us=span.until_us)
        else:
            found.append(span)
    return found


def stops(fixes: Sequence[Fix]) -> list[Stop]:
    """At least ten minutes within 75 m of where they began, without a gap."""
    found, first = [], 0
    for at in range(1, len(fixes) + 1):
        if at < len(fixes) and _stays(fixes, first, at):
            continue
        begun, ended = fixes[first], fixes[at - 1]
        if ended.taken_us - begun.taken_us >= STOP_US:
            found.append(Stop(begun.taken_us, ended.taken_us, _middle(fixes[first:at])))
        first = at
    return found


def gaps(fixes: Sequence[Fix]) -> list[tuple[int, int]]:
    return [(a.taken_us, b.taken_us) for a, b in pairwise(fixes) if b.taken_us - a.taken_us > GAP_US]


def _stays(fixes: Sequence[Fix], first: int, at: int) -> bool:
    begun, before, now = fixes[first], fixes[at - 1], fixes[at]
    near = distance_m(LonLat(begun.lon, begun.lat), LonLat(now.lon, now.lat)) <= STOP_M
    return near and now.taken_us - before.taken_us <= GAP_US


def _middle(fixes: Sequence[Fix]) -> LonLat:
    return LonLat(sum(f.lon for f in fixes) / len(fixes), sum(f.lat for f in fixes) / len(fixes))
