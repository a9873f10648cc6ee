"""Which alerts share a card, what the card has come to, what is due and who is to be told: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from core.model import PersonId
from geofence import protocols
from geofence.incidents.model import Due, Duty, Fact, Incident, IncidentId, Standing, Step, Told
from geofence.model import AlertId, AlertState, Entry, EntryKind, Outcome
from geofence.protocols import Level, Protocols, When

ORDER = attrgetter("at", "number")
Standings = Mapping[AlertId, Standing]


def fold(facts: Iterable[Fact], entries: Iterable[Told], rules: Protocols) -> list[Incident]:
    """The cards, by number. In whatever order alerts and entries are given, they come to the same."""
    told = defaultdict[AlertId, list[Told]](list)
    for one in entries:
        told[one.alert].append(one)
    people = defaultdict[PersonId, list[Fact]](list)
    for fact in {fact.alert: fact for fact in facts}.values():
        people[fact.person].append(fact)
    standings = {fact.alert: standing(told[fact.alert]) for of in people.values() for fact in of}
    found = [
        incident(group, [one for fact in group for one in told[fact.alert]], standings, rules=rules)
        for of in people.values()
        for group in groups(of, standings, rules=rules)
    ]
    return sorted(found, key=attrgetter("id"))


def standing(entries: Iterable[Told]) -> Standing:
    """Taken, handed on, given back, closed: the last word counts, and nothing follows a closing."""
    now = Standing()
    for one in sorted(entries, key=ORDER):
        kind, entry = one.entry.kind, one.entry
        if now.state is AlertState.CLOSED:
            break
        if kind is EntryKind.TAKEN:
            now = Standing(AlertState.TAKEN, entry.by, one.at)
        elif kind is EntryKind.HANDED:
            now = Standing(AlertState.TAKEN, entry.to, one.at)
        elif kind is EntryKind.RELEASED:
            now = Standing()
        elif kind is EntryKind.CLOSED:
            now = Standing(AlertState.CLOSED, now.owner or entry.by, now.since, one.at)
    return now


def groups(facts: Sequence[Fact], standings: Standings, *, rules: Protocols) -> list[list[Fact]]:
    """Of one person: what is linked directly or over others."""
    left, found = sorted(facts, key=attrgetter("alert")), list[list[Fact]]()
    while left:
        group, left = [left[0]], left[1:]
        for one in group:  # it grows while it is walked
            near = [other for other in left if are_linked(one, other, standings, rules=rules)]
            left = [other for other in left if other not in near]
            group += near
        found.append(group)
    return found


def are_linked(one: Fact, other: Fact, standings: Standings, *, rules: Protocols) -> bool:
    """Open before an officer at the same time, of one cause, and near enough to each other."""
    first, then = sorted((one, other), key=attrgetter("raised_at", "alert"))
    settled_at = standings[first.alert].settled_at
    if settled_at is not None and settled_at <= then.raised_at:
        return False  # what was closed stays closed: what comes later is a card of its own
    span = protocols.at(rules, then.raised_at).span(one.kind, other.kind)
    return span is not None and gap(one, other) <= span


def gap(one: Fact, other: Fact) -> timedelta:
    """Between the end of the earlier breach and the beginning of the later one."""
    first, then = sorted((one, other), key=attrgetter("opened_at", "alert"))
    if first.ended_at is None:
        return timedelta()
    return max(timedelta(), then.opened_at - first.ended_at)


def incident(
    group: Sequence[Fact], entries: Iterable[Told], standings: Standings, *, rules: Protocols
) -> Incident:
    facts = sorted(group, key=attrgetter("opened_at", "alert"))
    told = tuple(sorted(entries, key=ORDER))
    left = [fact for fact in facts if standings[fact.alert].state is not AlertState.CLOSED]
    new = [fact for fact in left if standings[fact.alert].state is AlertState.NEW]
    taken = [standings[fact.alert] for fact in left or facts if standings[fact.alert].owner is not None]
    last = max(taken, key=lambda s: (s.since.timestamp() if s.since else 0.0, s.owner), default=Standing())
    state = AlertState.CLOSED if not left else AlertState.TAKEN if last.owner else AlertState.NEW
    return Incident(
        IncidentId(min(fact.alert for fact in facts)),
        facts[0].person,
        tuple(facts),
        told,
        state,
        last.owner,
        min(fact.severity for fact in left or facts),
        tuple(fact.alert for fact in left),
        tuple(fact.alert for fact in new),
        due(left, new, rules=rules),
        frozenset(Level(str(one.entry.said)) for one in told if one.entry.kind is EntryKind.ESCALATED),
    )


def due(left: Sequence[Fact], new: Sequence[Fact], *, rules: Protocols) -> Due | None:
    """The nearest deadline: of taking while something is untaken, else of closing."""
    if new:
        moments = [
            one.raised_at + protocols.at(rules, one.raised_at).deadlines[one.severity].take for one in new
        ]
        return Due(min(moments), Duty.TAKE)
    if left:
        moments = [
            one.raised_at + protocols.at(rules, one.raised_at).deadlines[one.severity].close for one in left
        ]
        return Due(min(moments), Duty.CLOSE)
    return None


def urgency(one: Incident) -> tuple[int, bool, float, int]:
    """The order of the queue: severity, deadline, number; closed ones last."""
    return one.severity, one.due is None, one.due.at.timestamp() if one.due else 0.0, one.id


def to_tell(one: Incident, *, now: datetime, rules: Protocols) -> list[tuple[AlertId, Level]]:
    """Who must be told now and was not yet, each level once a card, and because of which alert."""
    found: dict[Level, AlertId] = {}
    waiting = {When.UNTAKEN: one.new, When.OPEN: one.open}
    for fact in sorted(one.alerts, key=attrgetter("raised_at", "alert")):
        for rung in protocols.at(rules, fact.raised_at).ladder:
            is_due = rung.severity == fact.severity and fact.raised_at + rung.after <= now
            if is_due and fact.alert in waiting[rung.when] and rung.tell not in one.told:
                found.setdefault(rung.tell, fact.alert)
    return [(alert, level) for level, alert in found.items()]


def steps(one: Incident, rules: Protocols) -> list[Step]:
    """What the protocol asks for because of its kinds, each once, and when it was done."""
    codes: dict[str, None] = {}
    for fact in one.alerts:
        codes |= dict.fromkeys(protocols.at(rules, fact.raised_at).steps[fact.kind])
    done = {str(t.entry.said): t for t in reversed(one.entries) if t.entry.kind is EntryKind.STEPPED}
    return [Step(code, done.get(code)) for code in (*codes, *(code for code in done if code not in codes))]


def is_excuse(entry: Entry) -> bool:
    """A note that nobody of the staff wrote: what the person said about it (geofence.excuses)."""
    return entry.kind is EntryKind.NOTED and entry.by is None


def violation(one: Incident, rules: Protocols) -> tuple[Fact, str] | None:
    """The gravest alert found to be a violation, and what it is under the rules of wearing."""
    found = {t.alert for t in one.entries if t.entry.outcome is Outcome.VIOLATION}
    named = [
        (fact, protocols.at(rules, fact.raised_at).violations[fact.kind])
        for fact in sorted(one.alerts, key=attrgetter("severity", "alert"))
        if fact.alert in found and fact.kind in protocols.at(rules, fact.raised_at).violations
    ]
    return named[0] if named else None
