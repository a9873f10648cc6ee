"""The terms of somebody as they would be under a proposal: all its life, to see what would have been."""

from collections.abc import Callable
from dataclasses import replace

from core.model import OrderId
from core.times import to_us
from geofence.model import Absence, ConditionId, ConditionKind, Shape, Term, Terms, ZoneId
from geofence.proposals.model import Content
from geofence.rules.drafted import DRAWN

Amend = Callable[[Terms], Terms]
NEW = ConditionId(2**62)
"""A condition that is not there yet."""


def with_condition(content: Content, shape: Shape, *, name: ConditionId) -> Amend:
    """Instead of all versions of this condition; everything else as it was then."""

    def proposed(terms: Terms) -> Terms:
        others = [term for term in terms if term.condition != name]
        old = next((term for term in terms if term.condition == name), None)
        made = _term(content, shape, name=name)
        if old is not None:
            away = old.absences + made.absences
            made = replace(made, absences=away, order=old.order, zone=old.zone)
        return tuple(sorted([*others, made], key=lambda term: term.since_us))

    return proposed


def with_zone(shape: Shape, *, zone: ZoneId) -> Amend:
    """Whatever is bound to this zone, in its new shape."""

    def proposed(terms: Terms) -> Terms:
        return tuple(
            replace(term, shape=shape, zone_version=DRAWN) if term.zone == zone else term for term in terms
        )

    return proposed


def _term(content: Content, shape: Shape, *, name: ConditionId) -> Term:
    kind = content.kind or ConditionKind.EXCLUSION
    away = tuple(Absence(to_us(leave.since), to_us(leave.until)) for leave in content.leaves)
    return Term(name, OrderId(0), ZoneId(0), DRAWN, kind, shape, content.hours, since_us=0, absences=away)
