"""What is due in a year, what is left of it, and why a use is refused, by the law of each day."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import Conflict, Invalid
from core.statutes import Rule, RuleSet, Statute
from inmates.custody.model import InstitutionId, Span, State
from inmates.custody.rules.movements import age
from inmates.entitlements.model import (
    VISITS,
    Balance,
    Cause,
    Contact,
    Grant,
    Held,
    Life,
    Line,
    Outcome,
    Thing,
    Use,
)

STATUTE: Final = "entitlements"
UNLIMITED: Final = "unlimited"
MOTHERS: Final = "women_with_minor_children"
DAY: Final = timedelta(days=1)


class UsedUp(Conflict):
    """Nothing is left of this year's balance."""

    code = "entitlement_used_up"


class NotDue(Conflict):
    """The law of that day gives this person none, or nobody wrote down what it gives."""

    code = "entitlement_not_due"


class InFuture(Invalid):
    code = "use_in_future"


class CauseWrong(Invalid):
    """What did not take place has a cause; what did has none."""

    code = "use_cause_wrong"


class ContactNeeded(Invalid):
    code = "contact_needed"


class ContactNotApproved(Conflict):
    """Not on the list that day."""

    code = "contact_not_approved"


class ContactBarred(Conflict):
    """On the list, but not for this."""

    code = "contact_barred"


@dataclass(frozen=True, slots=True)
class Law:
    """The statute as it held day by day: one set for all days between two changes."""

    changes: Sequence[date]
    sets: Sequence[RuleSet]

    @classmethod
    def of(cls, statute: Statute) -> "Law":
        ends = {rule.valid_to for rule in statute.rules if rule.valid_to}
        changes = sorted({date.min} | {rule.valid_from for rule in statute.rules} | ends)
        return cls(changes, [statute.on(change) for change in changes])

    def on(self, day: date) -> RuleSet:
        return self.sets[bisect_right(self.changes, day) - 1]


def held(spans: Iterable[Span], kinds: Mapping[InstitutionId, str], *, zone: ZoneInfo) -> list[Held]:
    """A day belongs to the standing in force at its end; who is at large is not held."""
    found = []
    for span in spans:
        standing = span.standing
        if standing.is_over or standing.state is State.ESCAPED:
            continue
        begins = span.begins_at.astimezone(zone).date()
        ends = span.ends_at.astimezone(zone).date() if span.ends_at else None
        if ends is None or begins < ends:
            found.append(Held(begins, ends, kinds[standing.institution_id], standing.regime))
    return found


def pool(thing: Thing, rules: RuleSet) -> Thing:
    """From whose balance it draws: since 2026 a video visit takes the place of a call."""
    rule = rules.rules.get(f"pool.{thing}")
    return Thing(rule.value) if rule else thing


def rule_for(thing: Thing, life: Life, *, on: date, law: Law) -> Rule | None:
    """The rule that says how many are due a year; none: nothing is due, or nobody wrote it down."""
    where = next((one for one in life.held if _covers(one, on)), None)
    if where is None:
        return None
    rules = law.on(on)
    if thing is Thing.CHILD_VISIT:
        return rules.rules.get(f"{MOTHERS}.{thing}") if _is_mother(life, on=on, rules=rules) else None
    return rules.rules.get(f"{where.institution}.{where.regime}.{thing}")


def lines(thing: Thing, life: Life, *, year: int, law: Law) -> list[Line]:
    """Day by day, days of one rule together."""
    days = ((day, rule_for(thing, life, on=day, law=law)) for day in _days(year))
    found = []
    for rule, group in groupby(days, key=lambda pair: pair[1]):
        if rule is not None:
            covered = [day for day, _ in group]
            rate = None if rule.value == UNLIMITED else int(rule.value)
            found.append(Line(covered[0], covered[-1], rule.key, rule.article, rate, len(covered)))
    return found


def allowed(steps: Iterable[Line], *, year: int) -> int:
    """Each rule for its share of the year; the sum is rounded up, in the person's favour."""
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return ceil(sum((Fraction((one.rate or 0) * one.days, length) for one in steps), Fraction(0)))


def drawn(thing: Thing, uses: Iterable[Use], *, year: int, law: Law, zone: ZoneInfo) -> int:
    """What the uses of a year take, by the law of each one's day."""
    total = 0
    for use in uses:
        day = use.at.astimezone(zone).date()
        if not use.is_withdrawn and day.year == year and pool(use.thing, law.on(day)) is thing:
            total += weight(use.outcome, law.on(day))
    return total


def weight(outcome: Outcome, rules: RuleSet) -> int:
    return rules.whole(f"weight.{outcome}")


def balance(
    thing: Thing,
    life: Life,
    *,
    on: date,
    uses: Iterable[Use],
    grants: Iterable[Grant],
    law: Law,
    zone: ZoneInfo,
) -> Balance:
    """Of the calendar year in which the day lies."""
    steps = lines(thing, life, year=on.year, law=law)
    now = rule_for(thing, life, on=on, law=law)
    extra = sum(
        one.count for one in grants if one.thing is thing and one.year == on.year and not one.is_withdrawn
    )
    return Balance(
        thing,
        now is not None and now.value == UNLIMITED,
        allowed(steps, year=on.year),
        extra,
        drawn(thing, uses, year=on.year, law=law, zone=zone),
        steps,
    )


def decide(found: Balance, life: Life, *, on: date, outcome: Outcome, law: Law) -> None:
    """May one more be used on that day?"""
    takes = weight(outcome, law.on(on))
    if rule_for(found.thing, life, on=on, law=law) is None and not found.granted:
        raise NotDue
    if takes and not found.is_unlimited and found.left < takes:
        raise UsedUp(allowed=found.allowed, granted=found.granted, drawn=found.drawn)


def check(use: Use, contact: Contact | None, *, now: datetime, zone: ZoneInfo) -> None:
    """What a use needs beside the balance."""
    if use.at > now:
        raise InFuture
    if (use.outcome is Outcome.KEPT) != (use.cause is None):
        raise CauseWrong
    if contact is None:
        if use.thing in VISITS:
            raise ContactNeeded
        return
    if not is_approved(contact, at=use.at, zone=zone):
        raise ContactNotApproved
    if use.thing in contact.barred:
        raise ContactBarred


def is_approved(contact: Contact, *, at: datetime, zone: ZoneInfo) -> bool:
    day = at.astimezone(zone).date()
    in_time = contact.since <= day and (contact.until is None or day <= contact.until)
    return in_time and (contact.ended_at is None or at < contact.ended_at)


def visits_lost(uses: Sequence[Use], *, since: datetime, until: datetime) -> dict[Cause, int]:
    """Visits that were to be and did not take place, by the side on which it lay."""
    lost = dict.fromkeys(Cause, 0)
    for use in uses:
        if use.thing in VISITS and use.cause and not use.is_withdrawn and since <= use.at < until:
            lost[use.cause] += 1
    return lost


def visits_kept(uses: Sequence[Use]) -> list[datetime]:
    return [
        use.at for use in uses if use.thing in VISITS and use.outcome is Outcome.KEPT and not use.is_withdrawn
    ]


def _is_mother(life: Life, *, on: date, rules: RuleSet) -> bool:
    """Of a child who is a minor on that day."""
    if life.sex != "f":
        return False
    below = rules.whole(f"{MOTHERS}.child_below_years")
    return any(born <= on and age(born, on) < below for born in life.children_born)


def _covers(one: Held, day: date) -> bool:
    return one.begins_on <= day and (one.ends_on is None or day < one.ends_on)


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        if day == date.max:
            return
        day += DAY


def wage_share(life: Life, *, on: date, law: Law) -> str | None:
    """The share of the wage that stays on the personal account, in per cent."""
    where = next((one for one in life.held if _covers(one, on)), None)
    rule = law.on(on).rules.get(f"{where.institution}.wage_share_percent") if where else None
    return rule.value if rule else None
