"""One term and one person: how a fix, or a moment such as the beginning of hours, changes the standing."""

from dataclasses import replace

from core.geo import LonLat, distance_m
from core.model import PersonId
from geofence.model import (
    Belief,
    BreachKind,
    Change,
    ConditionKind,
    Edge,
    OpenBreach,
    Place,
    Sight,
    Term,
    Terms,
    Verdict,
)
from geofence.policies import Policy
from geofence.rules import doubt, hours, shapes

BREACH = {
    ConditionKind.EXCLUSION: BreachKind.EXCLUSION_ENTERED,
    ConditionKind.INCLUSION: BreachKind.INCLUSION_LEFT,
    ConditionKind.CURFEW: BreachKind.CURFEW,
    ConditionKind.BOUNDARY: BreachKind.BOUNDARY_LEFT,
}

ROUNDED = 1.01
"""The planes of the two ends differ by less than this."""

Step = tuple[Belief, list[Change]]


def unknown(term: Term) -> Belief:
    return Belief(term.condition, term.kind, term.zone, term.zone_version)


def is_about(belief: Belief, term: Term) -> bool:
    """The same condition, seen against the same shape."""
    return is_of(belief, term) and (belief.zone, belief.zone_version) == (term.zone, term.zone_version)


def is_of(belief: Belief, term: Term) -> bool:
    """The same condition, though its shape may have changed."""
    return belief.condition == term.condition and belief.kind is term.kind


def verdict(belief: Belief, policy: Policy) -> Verdict:
    return doubt.verdict(belief.odds, policy)


def violates(term: Term, said: Verdict) -> bool:
    return said is (Verdict.IN if term.kind is ConditionKind.EXCLUSION else Verdict.OUT)


def complies(term: Term, said: Verdict) -> bool:
    return said is (Verdict.OUT if term.kind is ConditionKind.EXCLUSION else Verdict.IN)


def see(belief: Belief, sight: Sight, policy: Policy, *, kept: float) -> Belief:
    """What is believed after one more fix; `kept`: how much of the belief is left since the one before."""
    z = doubt.scaled(sight.distance_m, sight.accuracy_m, policy)
    odds = doubt.moved(belief.odds, kept=kept, news=sight.weight, z=z, policy=policy)
    sights = (*belief.sights[1 - policy.evidence_fixes :], sight)
    zone, version = belief.zone, belief.zone_version
    return Belief(belief.condition, belief.kind, zone, version, odds, sights, belief.breach)


def judge(belief: Belief, term: Term, at_us: int, *, person: PersonId, policy: Policy) -> Step:
    """After a fix: a sure violation opens, sure compliance closes, doubt does neither."""
    said = verdict(belief, policy)
    if belief.breach is None:
        if violates(term, said) and hours.holds(term, at_us):
            return _open(belief, term, at_us, person=person, policy=policy, why="fix")
    elif complies(term, said):
        return close(belief, at_us, person=person, policy=policy, reason="complied", term=term)
    return belief, []


def settle(belief: Belief, term: Term, at_us: int, *, person: PersonId, policy: Policy) -> Step:
    """At a moment: what holds no longer closes; what begins to hold opens, if the last fix is fresh."""
    if not hours.holds(term, at_us):
        reason = "absence_began" if hours.in_force(term.hours, at_us) else "hours_ended"
        return close(belief, at_us, person=person, policy=policy, reason=reason, term=term)
    if belief.breach is None and belief.sights and violates(term, verdict(belief, policy)):
        age_us = at_us - belief.sights[-1].taken_us
        if age_us <= policy.fresh_s * doubt.SECOND_US:
            return _open(belief, term, at_us, person=person, policy=policy, why=_began(term, at_us))
    return belief, []


def cross(
    before: Belief, belief: Belief, term: Term, *, way: tuple[Place, Place], person: PersonId, policy: Policy
) -> list[Change]:
    """An exclusion zone between two places that were surely outside it: jumped over, by the straight way."""
    start, end = way
    if not _may_cross(before, belief, term, way=way, policy=policy):
        return []
    places = LonLat(start.lon, start.lat), LonLat(end.lon, end.lat)
    if _is_too_short(belief, distance_m(*places)):
        return []
    if not (hours.holds(term, start.taken_us) and hours.holds(term, end.taken_us)):
        return []
    if not shapes.is_crossed(term.shape, *places):
        return []
    breach = OpenBreach(BreachKind.EXCLUSION_CROSSED, belief.condition, start.taken_us)
    told = evidence(belief, policy, term=term) | {"why": "straight_way"}
    return [
        change(breach, Edge.OPENED, start.taken_us, person=person, evidence=told),
        change(breach, Edge.CLOSED, end.taken_us, person=person, evidence=told | {"reason": "passed_by"}),
    ]


def sync(
    beliefs: tuple[Belief, ...], terms: Terms, at_us: int, *, person: PersonId, policy: Policy
) -> tuple[tuple[Belief, ...], list[Change]]:
    """One belief for each current term, in their order. A new shape starts with an unknown belief but keeps
    the breach open; what no term asks for any more closes."""
    if len(beliefs) == len(terms) and all(map(is_about, beliefs, terms)):
        return beliefs, []
    kept = tuple(_kept(beliefs, term) for term in terms)
    gone = [b for b in beliefs if b.breach and not any(is_of(b, term) for term in terms)]
    return kept, [
        c for b in gone for c in close(b, at_us, person=person, policy=policy, reason="terms_ended")[1]
    ]


def close(
    belief: Belief, at_us: int, *, person: PersonId, policy: Policy, reason: str, term: Term | None = None
) -> Step:
    if belief.breach is None:
        return belief, []
    told = evidence(belief, policy, term=term) | {"reason": reason}
    return replace(belief, breach=None), [
        change(belief.breach, Edge.CLOSED, at_us, person=person, evidence=told)
    ]


def change(
    breach: OpenBreach, edge: Edge, at_us: int, *, person: PersonId, evidence: dict[str, object]
) -> Change:
    return Change(person, breach.kind, breach.subject, edge, at_us, breach.opened_us, evidence)


def evidence(belief: Belief, policy: Policy, *, term: Term | None) -> dict[str, object]:
    """Plain values from which the verdict can be explained, and found again."""
    return {
        "policy": policy.id,
        "verdict": str(verdict(belief, policy)),
        "posterior": doubt.probability(belief.odds),
        "term": {
            "condition": belief.condition,
            "kind": str(belief.kind),
            "zone": belief.zone,
            "zone_version": belief.zone_version,
        }
        | ({"order": term.order, "since_us": term.since_us} if term else {}),
        "fixes": [sight._asdict() for sight in belief.sights],
    }


def _open(belief: Belief, term: Term, at_us: int, *, person: PersonId, policy: Policy, why: str) -> Step:
    breach = OpenBreach(BREACH[term.kind], term.condition, at_us)
    told = evidence(belief, policy, term=term) | {"why": why}
    return replace(belief, breach=breach), [change(breach, Edge.OPENED, at_us, person=person, evidence=told)]


def _began(term: Term, at_us: int) -> str:
    if any(a.until_us == at_us for a in term.absences):
        return "absence_ended"
    return "term_began" if term.since_us == at_us else "hours_began"


def _kept(beliefs: tuple[Belief, ...], term: Term) -> Belief:
    for belief in beliefs:
        if is_about(belief, term):
            return belief
    for belief in beliefs:
        if is_of(belief, term):
            return replace(unknown(term), breach=belief.breach)
    return unknown(term)


def _may_cross(
    before: Belief, belief: Belief, term: Term, *, way: tuple[Place, Place], policy: Policy
) -> bool:
    if term.kind is not ConditionKind.EXCLUSION or len(belief.sights) < 2:
        return False
    start, end = way
    return (
        0 < end.taken_us - start.taken_us <= policy.crossing_gap_s * doubt.SECOND_US
        and verdict(before, policy) is Verdict.OUT
        and verdict(belief, policy) is Verdict.OUT
        and all(_is_clear(sight, policy) for sight in belief.sights[-2:])
    )


def _is_too_short(belief: Belief, way_m: float) -> bool:
    """A way that meets the zone is at least as long as both ends are far from it."""
    return sum(sight.distance_m for sight in belief.sights[-2:]) > ROUNDED * way_m


def _is_clear(sight: Sight, policy: Policy) -> bool:
    """Its own error does not reach the border: at the edge of a zone a straight line says nothing."""
    return sight.distance_m > policy.crossing_sigmas * doubt.sigma(sight.accuracy_m, policy)
