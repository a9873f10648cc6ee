"""One term and one person: how a fix, or a moment such as the beginning of hours, changes the standing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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
CENTIMETRES = 2
MILLIONTHS = 6

Step = tuple[Belief, list[Change]]
Measure = Callable[[Term, Place, float], float]
"""(term, place, reach) → signed metres to its border, + outside, − inside, within ±reach."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is judged, by which policy, from which places."""

    person: PersonId
    policy: Policy
    trail: tuple[Place, ...]
    """Oldest first; the last one is the place just seen."""
    measure: Measure
    weight: doubt.Weight = doubt.ALONE
    """Of the place just seen."""


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


def see(belief: Belief, metres: float, scene: Scene) -> Belief:
    """What is believed after one more place, the last of the trail."""
    policy, weight = scene.policy, scene.weight
    z = doubt.scaled(metres, scene.trail[-1].accuracy_m, policy)
    kept, news = (weight.kept, weight.news) if belief.seen else (1.0, weight.first)
    odds = doubt.moved(belief.odds, kept=kept, news=news, z=z, policy=policy)
    return replace(belief, odds=odds, seen=min(belief.seen + 1, policy.evidence_fixes))


def judge(belief: Belief, term: Term, at_us: int, scene: Scene) -> Step:
    """After a fix: a sure violation opens, sure compliance closes, doubt does neither."""
    said = verdict(belief, scene.policy)
    if belief.breach is None:
        if violates(term, said) and hours.holds(term, at_us):
            return _open(belief, term, at_us, scene, why="fix")
    elif complies(term, said):
        return close(belief, at_us, scene, reason="complied", term=term)
    return belief, []


def settle(belief: Belief, term: Term, at_us: int, scene: Scene) -> Step:
    """At a moment: what holds no longer closes; what begins to hold opens, if the last fix is fresh."""
    if not hours.holds(term, at_us):
        reason = "absence_began" if hours.in_force(term.hours, at_us) else "hours_ended"
        return close(belief, at_us, scene, reason=reason, term=term)
    if belief.breach is None and belief.seen and violates(term, verdict(belief, scene.policy)):
        age_us = at_us - scene.trail[-1].taken_us
        if age_us <= scene.policy.fresh_s * doubt.SECOND_US:
            return _open(belief, term, at_us, scene, why=began(term, at_us))
    return belief, []


def cross(before: Belief, belief: Belief, term: Term, metres: float, scene: Scene) -> list[Change]:
    """An exclusion zone between two places that were surely outside it: jumped over, by the straight way.

    `metres`: from the later place to the border."""
    if not _may_cross(before, belief, term, scene):
        return []
    start, end = scene.trail[-2:]
    places = LonLat(start.lon, start.lat), LonLat(end.lon, end.lat)
    begun_m = scene.measure(term, start, reach_m(start, scene.policy))
    if not (_is_clear(start, begun_m, scene.policy) and _is_clear(end, metres, scene.policy)):
        return []
    if begun_m + metres > ROUNDED * distance_m(*places) or not shapes.is_crossed(term.shape, *places):
        return []
    breach = OpenBreach(BreachKind.EXCLUSION_CROSSED, belief.condition, start.taken_us)
    told = evidence(belief, scene, term=term) | {"why": "straight_way"}
    passed = told | {"reason": "passed_by"}
    return [
        change(breach, Edge.OPENED, start.taken_us, person=scene.person, evidence=told),
        change(breach, Edge.CLOSED, end.taken_us, person=scene.person, evidence=passed),
    ]


def sync(
    beliefs: tuple[Belief, ...], terms: Terms, at_us: int, scene: Scene, *, known: Terms
) -> tuple[tuple[Belief, ...], list[Change]]:
    """One belief for each current term, in their order. A new shape starts with an unknown belief but keeps
    the breach open; what no term asks for any more closes. `known`: all terms, by which that is explained."""
    if len(beliefs) == len(terms) and all(map(is_about, beliefs, terms)):
        return beliefs, []
    kept = tuple(_kept(beliefs, term) for term in terms)
    changes: list[Change] = []
    for gone in beliefs:
        if gone.breach and not any(is_of(gone, term) for term in terms):
            term = next((t for t in reversed(known) if is_about(gone, t) and t.since_us < at_us), None)
            changes += close(gone, at_us, scene, reason="terms_ended", term=term)[1]
    return kept, changes


def close(belief: Belief, at_us: int, scene: Scene, *, reason: str, term: Term | None = None) -> Step:
    if belief.breach is None:
        return belief, []
    told = evidence(belief, scene, term=term) | {"reason": reason}
    closed = change(belief.breach, Edge.CLOSED, at_us, person=scene.person, evidence=told)
    return replace(belief, breach=None), [closed]


def change(
    breach: OpenBreach, edge: Edge, at_us: int, *, person: PersonId, evidence: dict[str, object]
) -> Change:
    return Change(person, breach.kind, breach.subject, edge, at_us, breach.opened_us, evidence)


def evidence(belief: Belief, scene: Scene, *, term: Term | None) -> dict[str, object]:
    """Plain values from which the verdict can be explained, and found again: to the centimetre and to the
    millionth, so that the same verdict is the same text."""
    return {
        "policy": scene.policy.id,
        "verdict": str(verdict(belief, scene.policy)),
        "posterior": round(doubt.probability(belief.odds), MILLIONTHS),
        "term": {
            "condition": belief.condition,
            "kind": str(belief.kind),
            "zone": belief.zone,
            "zone_version": belief.zone_version,
        }
        | ({"order": term.order, "since_us": term.since_us} if term else {}),
        "fixes": [_sight(place, term, scene) for place in scene.trail[len(scene.trail) - belief.seen :]],
    }


def reach_m(place: Place, policy: Policy) -> float:
    return doubt.reach(place.accuracy_m, policy)


def _sight(place: Place, term: Term | None, scene: Scene) -> dict[str, object]:
    """One fix against one zone; beyond the policy's reach only "at least so far"."""
    told: dict[str, object] = {
        "device": place.device,
        "sequence": place.sequence,
        "taken_us": place.taken_us,
        "accuracy_m": round(place.accuracy_m, CENTIMETRES),
        "is_assumed": place.is_assumed,
        "weight": round(place.weight, MILLIONTHS),
    }
    if term is None:
        return told
    metres = scene.measure(term, place, reach_m(place, scene.policy))
    return told | {"distance_m": round(metres, CENTIMETRES)}


def _open(belief: Belief, term: Term, at_us: int, scene: Scene, *, why: str) -> Step:
    breach = OpenBreach(BREACH[term.kind], term.condition, at_us)
    told = evidence(belief, scene, term=term) | {"why": why}
    return replace(belief, breach=breach), [
        change(breach, Edge.OPENED, at_us, person=scene.person, evidence=told)
    ]


def began(term: Term, at_us: int) -> str:
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


def _may_cross(before: Belief, belief: Belief, term: Term, scene: Scene) -> bool:
    if term.kind is not ConditionKind.EXCLUSION or belief.seen < 2:
        return False
    start, end = scene.trail[-2:]
    return (
        0 < end.taken_us - start.taken_us <= scene.policy.crossing_gap_s * doubt.SECOND_US
        and verdict(before, scene.policy) is Verdict.OUT
        and verdict(belief, scene.policy) is Verdict.OUT
        and hours.holds(term, start.taken_us)
        and hours.holds(term, end.taken_us)
    )


def _is_clear(place: Place, metres: float, policy: Policy) -> bool:
    """Its own error does not reach the border: at the edge of a zone a straight line says nothing."""
    return metres > policy.crossing_sigmas * doubt.sigma(place.accuracy_m, policy)
