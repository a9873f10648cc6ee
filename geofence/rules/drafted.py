"""Terms as they are not, to see what would have been: today's for another time, or a draft's for this one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from geofence.model import ConditionId, Hours, Shape, Term, Terms
from geofence.rules import walk

DRAWN = 0
"""The version of a zone that was never published."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Another zone, or other hours, for one condition; None: as it is."""

    shape: Shape | None = None
    hours: Hours | None = None


def as_of(terms: Terms, now_us: int) -> Terms:
    """What holds at a moment, as if it had held ever since anything did, and for good."""
    since_us = min((term.since_us for term in terms), default=0)
    return tuple(replace(term, since_us=since_us, until_us=None) for term in walk.at(terms, now_us))


def amended(terms: Terms, proposed: Mapping[ConditionId, Proposed]) -> Terms:
    """Each condition keeps its times, whatever versions of it there were."""
    return tuple(_amended(term, proposed.get(term.condition, Proposed())) for term in terms)


def untouched(terms: Terms, proposed: Iterable[ConditionId]) -> list[ConditionId]:
    """Conditions that bind nobody here."""
    return sorted(set(proposed) - {term.condition for term in terms})


def _amended(term: Term, proposed: Proposed) -> Term:
    if proposed.shape is not None:
        term = replace(term, shape=proposed.shape, zone_version=DRAWN)
    return term if proposed.hours is None else replace(term, hours=proposed.hours)
