"""The fold of two: from what both wearers' devices reported to the breaches of their relation, by definition.

The facts of both are taken in one order, that of `walk.mark`. At each fix the last known places of both meet.
The error of a place grows with its age. Each fix testifies once: with that fix of the other by which the
error of the distance is smallest. So a place that was not renewed is not heard again and again, one wild fix
cannot decide, and who was last seen long ago is unsure, not near."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from geofence.model import BreachKind, Change, Edge, OpenBreach, TakenOff, Verdict
from geofence.policies import Policy
from geofence.relations.model import (
    UNKNOWN,
    Basis,
    Cited,
    Look,
    Meeting,
    Pair,
    Relation,
    RelationKind,
    Testimony,
)
from geofence.rules import doubt, meetings
from geofence.rules.walk import Fact, OutOfOrderError, mark
from geofence.rules.zones import CENTIMETRES, MILLIONTHS
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
            pair, found = fold(pair, fact, relation, basis=basis, measure=measure or meetings.scalar)
            changes += found
    if until_us is not None:
        pair, found = through(pair, relation, until_us, basis=basis)
        changes += found
    return pair, changes


def foreseen(pair: Pair, facts: Iterable[Fact], relation: Relation, *, basis: Basis) -> Iterator[Meeting]:
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


def odds(pair: Pair, at_us: int, *, policy: Policy) -> float:
    """Of "farther", at a moment: a belief that was not renewed fades into doubt."""
    if pair.belief.at_us is None:
        return doubt.NOTHING_KNOWN
    kept = doubt.kept((at_us - pair.belief.at_us) / doubt.SECOND_US, policy)
    return doubt.faded(pair.belief.odds, kept)


def _placed(pair: Pair, fact: Fact, relation: Relation, *, basis: Basis) -> Pair:
    is_bound = fact.person == relation.person
    before = pair.person if is_bound else pair.other
    now = meetings.seen(before, fact, basis=basis) if isinstance(fact, Fix) else None
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
    if heard and meetings.is_known(met, heard[-1]):
        if look.error_m >= LAST_DIGITS * heard[-1].error_m:
            return pair
        before, heard = pair.before, heard[:-1]
    said = meetings.testimony(before, met, look)
    belief = meetings.moved(before, said, relation.distance_m, policy=policy)
    heard = (*heard, said)[-policy.evidence_fixes :]
    return replace(pair, belief=belief, before=before, heard=heard)


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
        "posterior": round(doubt.probability(farther), MILLIONTHS),
        "relation": {
            "relation": relation.id,
            "order": relation.order,
            "kind": str(relation.kind),
            "distance_m": relation.distance_m,
            "since_us": relation.since_us,
        },
        "fixes": [_sight(said, relation) for said in pair.heard],
        "meetings": [
            _rounded(said) | {"person": _rounded(said.person), "other": _rounded(said.other)}
            for said in pair.heard
        ],
    }


def _rounded(said: Testimony | Cited) -> dict[str, object]:
    """To the centimetre and to the hundredth of a second: the same verdict is the same text."""
    values = said._asdict().items()
    return {name: round(value, CENTIMETRES) if isinstance(value, float) else value for name, value in values}


def _sight(said: Testimony, relation: Relation) -> dict[str, object]:
    """In the form of every other breach (`model.Sight`)."""
    return {
        "device": said.person.device,
        "sequence": said.person.sequence,
        "taken_us": said.person.taken_us,
        "distance_m": round(said.distance_m - relation.distance_m, CENTIMETRES),
        "accuracy_m": round(said.person.accuracy_m, CENTIMETRES),
        "is_assumed": said.person.is_assumed,
    }
