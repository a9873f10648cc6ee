"""The fold of two: from what both wearers' devices reported to the breaches of their relation, by definition.

The facts of both are taken in one order, that of `walk.mark`. At each fix the last known places of both meet.
The error of a place grows with its age. Each fix testifies once: with that fix of the other by which the
error of the distance is smallest. So a place that was not renewed is not heard again and again, one wild fix
cannot decide, and who was last seen long ago is unsure, not near."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import hypot

from core.geo import LonLat, distance_m
from geofence.model import BreachKind, Change, Edge, OpenBreach, Place, TakenOff, Verdict
from geofence.policies import Policy
from geofence.relations.model import (
    UNKNOWN,
    Basis,
    Belief,
    Cited,
    Look,
    Meeting,
    Pair,
    Relation,
    RelationKind,
    Seen,
    Testimony,
)
from geofence.rules import doubt, places
from geofence.rules.walk import Fact, OutOfOrderError, mark, where
from tracking.model import Fix, Flag

BREACH = {RelationKind.KEEP_AWAY: BreachKind.TOO_NEAR, RelationKind.ESCORT: BreachKind.ESCORT_LOST}
WRONG = {RelationKind.KEEP_AWAY: Verdict.IN, RelationKind.ESCORT: Verdict.OUT}
RIGHT = {RelationKind.KEEP_AWAY: Verdict.OUT, RelationKind.ESCORT: Verdict.IN}

LAST_DIGITS = 1.0 - 1e-9
"""What the last digits of two errors say must not decide which of them is smaller."""

Walked = tuple[Pair, list[Change]]
Measure = Callable[[Meeting], Look]


def fresh(relation: Relation) -> Pair:
    """Of two from whom nothing was heard yet."""
    return Pair(relation.id)


def matters(relation: Relation, fact: Fact) -> bool:
    """Does it change where one of the two is known to be, while the relation holds? What a device calls made
    up does not."""
    if fact.person not in {relation.person, relation.other} or not holds(relation, fact.taken_us):
        return False
    if isinstance(fact, TakenOff):
        return fact.is_bare
    return isinstance(fact, Fix) and Flag.MOCK not in fact.flags


def holds(relation: Relation, at_us: int) -> bool:
    return relation.since_us <= at_us and (relation.until_us is None or at_us < relation.until_us)


def walk(
    pair: Pair,
    facts: Iterable[Fact],
    relation: Relation,
    *,
    basis: Basis,
    until_us: int | None = None,
    measure: Measure | None = None,
) -> Walked:
    """Fold facts that matter, sorted by `mark`; then, if asked, let the clock run on to `until_us`.

    A fact given twice counts once."""
    changes: list[Change] = []
    for fact in facts:
        if pair.last != mark(fact):
            pair, found = fold(pair, fact, relation, basis=basis, measure=measure or scalar)
            changes += found
    if until_us is not None:
        pair, found = through(pair, relation, until_us, basis=basis)
        changes += found
    return pair, changes


def meetings(pair: Pair, facts: Iterable[Fact], relation: Relation, *, basis: Basis) -> Iterator[Meeting]:
    """Every meeting that a walk over these facts will want measured, in its order."""
    for fact in facts:
        if pair.last != mark(fact):
            pair = _placed(pair, fact, relation, basis=basis)
            if isinstance(fact, Fix) and (met := _meeting(pair)) is not None:
                yield met


def is_late(pair: Pair, fact: Fact) -> bool:
    """Would it change what has been judged already?"""
    if pair.last is None:
        return fact.taken_us < pair.passed_us
    return mark(fact) <= pair.last or fact.taken_us < pair.passed_us


def fold(pair: Pair, fact: Fact, relation: Relation, *, basis: Basis, measure: Measure) -> Walked:
    if is_late(pair, fact):
        raise OutOfOrderError(mark(fact))
    pair, policy = _placed(pair, fact, relation, basis=basis), basis.policy(fact.taken_us)
    if isinstance(fact, TakenOff):
        pair, changes = _close(pair, relation, fact.taken_us, basis=basis, reason="not_worn")
        return replace(pair, belief=UNKNOWN, before=UNKNOWN, heard=()), changes
    met = _meeting(pair)
    if met is None:
        return pair, []
    heard = _hear(pair, met, measure(met), relation=relation, policy=policy)
    return _judge(heard, relation, fact.taken_us, basis=basis) if heard is not pair else (pair, [])


def through(pair: Pair, relation: Relation, until_us: int, *, basis: Basis) -> Walked:
    """The clock matters once: when the relation ends."""
    end_us = relation.until_us
    if end_us is None or end_us > until_us or pair.passed_us >= end_us:
        return pair, []
    return _close(replace(pair, passed_us=end_us), relation, end_us, basis=basis, reason="terms_ended")


def seen(before: Seen | None, fix: Fix, *, basis: Basis) -> Seen | None:
    """A fix after the one before of the same person."""
    policy = basis.policy(fix.taken_us)
    place = where(fix, policy)
    if place is None:
        return before
    return Seen(
        place,
        doubt.sigma(place.accuracy_m, policy),
        max(basis.margin(fix.taken_us).pace_mps, fix.speed_mps or 0.0),
        _worth(before.place if before else None, fix, place, policy=policy),
        policy.burst_s * (policy.network_bursts if fix.mechanism in doubt.NETWORKS else 1.0),
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


def moved(
    before: Belief, at_us: int, *, news: float, signed_m: float, error_m: float, policy: Policy
) -> Belief:
    """The one place where the filter of `rules.doubt` is asked."""
    kept = 1.0 if before.at_us is None else doubt.kept((at_us - before.at_us) / doubt.SECOND_US, policy)
    z = max(-policy.no_doubt_sigmas, min(policy.no_doubt_sigmas, signed_m / error_m))
    return Belief(doubt.moved(before.odds, kept=kept, news=news, z=z, policy=policy), at_us)


def odds(pair: Pair, at_us: int, *, policy: Policy) -> float:
    """Of "farther", at a moment: a belief that was not renewed fades into doubt."""
    if pair.belief.at_us is None:
        return doubt.NOTHING_KNOWN
    kept = doubt.kept((at_us - pair.belief.at_us) / doubt.SECOND_US, policy)
    return doubt.faded(pair.belief.odds, kept)


def _worth(before: Place | None, fix: Fix, place: Place, *, policy: Policy) -> float:
    """What `doubt.weight` counts, but for bursts: those are a matter of both."""
    worth = doubt.weight(None, fix, place, policy=policy).first
    if before is not None and places.is_same(before, place):
        worth *= policy.repeated_weight
    elif before is not None and not places.is_reachable(before, place, policy):
        worth *= policy.jump_weight
    return worth


def _news(before: Belief, met: Meeting) -> float:
    """A testimony is worth what the poorer of its two fixes is worth, in a burst less."""
    worth = min(met.person.worth, met.other.worth)
    if before.at_us is None:
        return worth
    burst_s = max(met.person.burst_s, met.other.burst_s)
    return worth * min(1.0, (met.at_us - before.at_us) / doubt.SECOND_US / burst_s)


def _placed(pair: Pair, fact: Fact, relation: Relation, *, basis: Basis) -> Pair:
    is_bound = fact.person == relation.person
    before = pair.person if is_bound else pair.other
    now = seen(before, fact, basis=basis) if isinstance(fact, Fix) else None
    if is_bound:
        return replace(pair, last=mark(fact), person=now)
    return replace(pair, last=mark(fact), other=now)


def _meeting(pair: Pair) -> Meeting | None:
    if pair.person is None or pair.other is None:
        return None
    return Meeting(max(pair.person.place.taken_us, pair.other.place.taken_us), pair.person, pair.other)


def _hear(pair: Pair, met: Meeting, look: Look, *, relation: Relation, policy: Policy) -> Pair:
    """What is believed after a meeting; the same pair, if nothing new was said."""
    before, heard = pair.belief, pair.heard
    if heard and _is_known(met, heard[-1]):
        if look.error_m >= LAST_DIGITS * heard[-1].error_m:
            return pair
        before, heard = pair.before, heard[:-1]
    news, signed_m = _news(before, met), look.distance_m - relation.distance_m
    belief = moved(before, met.at_us, news=news, signed_m=signed_m, error_m=look.error_m, policy=policy)
    said = Testimony(
        met.at_us,
        look.distance_m,
        look.error_m,
        news,
        _cited(met.person, look.person_error_m, at_us=met.at_us),
        _cited(met.other, look.other_error_m, at_us=met.at_us),
    )
    heard = (*heard, said)[-policy.evidence_fixes :]
    return replace(pair, belief=belief, before=before, heard=heard)


def _is_known(met: Meeting, said: Testimony) -> bool:
    """One of the two places has testified already; the other one is new."""
    pairs = ((met.person.place, said.person), (met.other.place, said.other))
    return any((a.device, a.sequence, a.taken_us) == (b.device, b.sequence, b.taken_us) for a, b in pairs)


def _cited(one: Seen, error_m: float, *, at_us: int) -> Cited:
    key = one.place.device, one.place.sequence, one.place.taken_us
    return Cited(*key, age_s(one, at_us), one.place.accuracy_m, one.place.is_assumed, error_m)


def _judge(pair: Pair, relation: Relation, at_us: int, *, basis: Basis) -> Walked:
    """A sure violation opens, sure compliance closes, doubt does neither."""
    policy = basis.policy(at_us)
    said = doubt.verdict(odds(pair, at_us, policy=policy), policy)
    if pair.breach is None and said is WRONG[relation.kind]:
        breach = OpenBreach(BREACH[relation.kind], relation.id, at_us)
        told = evidence(pair, relation, at_us, basis=basis) | {"why": "fix"}
        change = _change(breach, Edge.OPENED, at_us, relation=relation, told=told)
        return replace(pair, breach=breach), [change]
    if said is RIGHT[relation.kind]:
        return _close(pair, relation, at_us, basis=basis, reason="complied")
    return pair, []


def _close(pair: Pair, relation: Relation, at_us: int, *, basis: Basis, reason: str) -> Walked:
    if pair.breach is None:
        return pair, []
    told = evidence(pair, relation, at_us, basis=basis) | {"reason": reason}
    change = _change(pair.breach, Edge.CLOSED, at_us, relation=relation, told=told)
    return replace(pair, breach=None), [change]


def _change(
    breach: OpenBreach, edge: Edge, at_us: int, *, relation: Relation, told: dict[str, object]
) -> Change:
    return Change(relation.person, breach.kind, breach.subject, edge, at_us, breach.opened_us, told)


def evidence(pair: Pair, relation: Relation, at_us: int, *, basis: Basis) -> dict[str, object]:
    """Plain values from which the verdict can be explained. `fixes` are those of the bound person, with the
    distance by which they were outside (+) the circle; `meetings` tell of both, without a place."""
    policy = basis.policy(at_us)
    farther = odds(pair, at_us, policy=policy)
    return {
        "policy": policy.id,
        "margin": basis.margin(at_us).id,
        "verdict": str(doubt.verdict(farther, policy)),
        "posterior": doubt.probability(farther),
        "relation": {
            "relation": relation.id,
            "order": relation.order,
            "kind": str(relation.kind),
            "distance_m": relation.distance_m,
            "since_us": relation.since_us,
        },
        "fixes": [_sight(said, relation) for said in pair.heard],
        "meetings": [
            said._asdict() | {"person": said.person._asdict(), "other": said.other._asdict()}
            for said in pair.heard
        ],
    }


def _sight(said: Testimony, relation: Relation) -> dict[str, object]:
    """In the form of every other breach (`model.Sight`)."""
    return {
        "device": said.person.device,
        "sequence": said.person.sequence,
        "taken_us": said.person.taken_us,
        "distance_m": said.distance_m - relation.distance_m,
        "accuracy_m": said.person.accuracy_m,
        "is_assumed": said.person.is_assumed,
    }
