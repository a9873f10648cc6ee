"""Which orders may begin, who may wear a device, when somebody registers, what follows a violation: pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import ClassVar

from core.calendar import Calendar, months_after
from core.clock import HERE
from core.errors import Conflict, Invalid
from core.statutes import RuleSet
from inmates.model import OrderKind
from inmates.supervision.kinds import (
    BodyPart,
    CircumstanceKind,
    Decision,
    MeasureKind,
    ObligationKind,
    Obstacle,
    RegistrationState,
)
from inmates.supervision.model import (
    Act,
    Attempt,
    Circumstance,
    Circumstances,
    Duty,
    Measure,
    Registration,
)

UNLIMITED = "none"
"""A statute that sets no limit says so; one that says nothing is an error."""


class ActMissing(Conflict):
    """The court's act has no number or no day: the order binds nobody."""

    code: ClassVar[str] = "act_missing"


class TermOutOfLimits(Invalid):
    code: ClassVar[str] = "term_out_of_limits"


class TermEmpty(Invalid):
    code: ClassVar[str] = "term_empty"


class ObligationNotOfKind(Invalid):
    """This kind of order cannot carry it."""

    code: ClassVar[str] = "obligation_not_of_kind"


class RegistrationsWrong(Invalid):
    code: ClassVar[str] = "registrations_wrong"


class CircumstanceIncomplete(Invalid):
    code: ClassVar[str] = "circumstance_incomplete"


def check_term(act: Act, rules: RuleSet) -> None:
    """TermOutOfLimits where the statute's months say so; each kind of order has its own."""
    first = act.begins_at.astimezone(HERE).date()
    behind = act.last_day + timedelta(days=1)
    if act.last_day < first:
        raise TermEmpty
    least = _months(rules, f"term.{act.kind}.least_months")
    most = _months(rules, f"term.{act.kind}.most_months")
    short = least is not None and behind < months_after(first, least)
    if short or (most is not None and behind > months_after(first, most)):
        raise TermOutOfLimits(least=least or 0, most=most or 0)


def check_act(act: Act, rules: RuleSet) -> tuple[str, date]:
    """Number and day of an act that can bind somebody."""
    check_term(act, rules)
    if not (act.act_number or "").strip() or act.act_on is None:
        raise ActMissing
    return str(act.act_number).strip(), act.act_on


def check_duty(duty: Duty, kind: OrderKind, rules: RuleSet) -> None:
    """An obligation that this kind of order may carry, with its registrations within the law."""
    if duty.kind not in rules.text(f"obligations.{kind}").split():
        raise ObligationNotOfKind
    if (duty.kind is ObligationKind.REGISTRATION) != (duty.a_month is not None):
        raise RegistrationsWrong(least=1, most=1)
    least, most = rules.whole("registration.least_a_month"), rules.whole("registration.most_a_month")
    if duty.a_month is not None and not least <= duty.a_month <= most:
        raise RegistrationsWrong(least=least, most=most)


def in_force(told: Iterable[Circumstance], *, on: date) -> list[Circumstance]:
    """What no later entry replaced, as of a day; a withdrawal only replaces."""
    known = list(told)
    replaced = {one.said.replaces for one in known}
    return [
        one
        for one in known
        if one.id not in replaced
        and one.said.kind is not CircumstanceKind.WITHDRAWN
        and one.said.since <= on
        and (one.said.until is None or on < one.said.until)
    ]


def circumstances(
    told: Iterable[Circumstance], *, sex: str, born_on: date, no_bracelet: bool, on: date
) -> Circumstances:
    """The fold of everything recorded, as of a day."""
    said = [one.said for one in in_force(told, on=on)]
    groups = [one.group for one in said if one.kind is CircumstanceKind.DISABILITY and one.group]
    return Circumstances(
        sex=sex,
        born_on=born_on,
        children_born_on=tuple(one.since for one in said if one.kind is CircumstanceKind.CHILD),
        is_pregnant=any(one.kind is CircumstanceKind.PREGNANCY for one in said),
        disability_group=min(groups, default=None),
        no_bracelet=no_bracelet,
    )


def exempt(who: Circumstances, *, on: date, rules: RuleSet) -> tuple[Obstacle, ...]:
    """What forbids a device on this person on that day, whoever comes with it."""
    young = months_after(who.born_on, 12 * rules.whole("fitting.least_age")) > on
    child_months = 12 * rules.whole("fitting.child_below_years")
    of_parent = who.sex in of_parents(rules)
    small = of_parent and any(months_after(born, child_months) > on for born in who.children_born_on)
    groups = rules.text("fitting.disability_groups").split()
    found = {
        Obstacle.UNDER_AGE: young,
        Obstacle.PREGNANT: who.is_pregnant,
        Obstacle.YOUNG_CHILD: small,
        Obstacle.DISABILITY: str(who.disability_group) in groups,
        Obstacle.NO_BRACELET: who.no_bracelet,
    }
    return tuple(obstacle for obstacle, is_there in found.items() if is_there)


def of_parents(rules: RuleSet) -> frozenset[str]:
    """The sex of those whose small child forbids a device."""
    return frozenset(rules.text("fitting.child_of").split())


def obstacles(attempt: Attempt, who: Circumstances, *, on: date, rules: RuleSet) -> tuple[Obstacle, ...]:
    """Everything that stands between a device and this person; none: it may be put on."""
    other_part = attempt.body_part is not BodyPart(rules.text("fitting.body_part"))
    found = {
        Obstacle.KIND: attempt.kind not in rules.text("fitting.kinds").split(),
        Obstacle.NOT_IN_FORCE: not attempt.is_in_force,
        Obstacle.ARM_WITHOUT_REASON: other_part and not attempt.reason.strip(),
    }
    officers = officer_obstacles(who.sex, attempt.officer_sex, rules=rules)
    return (
        *exempt(who, on=on, rules=rules),
        *officers,
        *(obstacle for obstacle, is_there in found.items() if is_there),
    )


def officer_obstacles(wearer_sex: str, officer_sex: str | None, *, rules: RuleSet) -> tuple[Obstacle, ...]:
    """A woman's device is put on and taken off by a woman."""
    if wearer_sex not in rules.text("fitting.same_sex").split() or officer_sex == wearer_sex:
        return ()
    return (Obstacle.OFFICER_UNKNOWN if officer_sex is None else Obstacle.FEMALE_OFFICER,)


def due_dates(since: date, until: date, *, a_month: int) -> list[date]:
    """The last days of equal parts of each month, of those parts that end within [since, until)."""
    found, month = [], since.replace(day=1)
    while month < until:
        days = (months_after(month, 1) - month).days
        parts = (month + timedelta(days=-(-days * part // a_month) - 1) for part in range(1, a_month + 1))
        found += [day for day in parts if since <= day < until]
        month = months_after(month, 1)
    return found


def registrations(
    dues: Sequence[date], kept: Collection[date], *, today: date, calendar: Calendar
) -> list[Registration]:
    """Each part of a month wants one day of its own; one that ends on a day off waits for a working day."""
    left, found, behind = sorted(kept), list[Registration](), date.min
    for due in dues:
        last = calendar.from_then(due)
        came = next((day for day in left if behind < day <= last), None)
        if came is not None:
            left.remove(came)
        late = RegistrationState.MISSED if last < today else RegistrationState.DUE
        found.append(Registration(last, RegistrationState.KEPT if came else late))
        behind = due
    return found


def counted(measures: Iterable[Measure]) -> int:
    """Violations that stand: those whose measure nobody has rejected."""
    return sum(one.decision is not Decision.REJECTED for one in measures)


def measure(kind: OrderKind, earlier: int, *, rules: RuleSet) -> MeasureKind:
    """What the ladder provides for the next violation under one order."""
    return MeasureKind(rules.text(f"ladder.repeat.{kind}" if earlier else "ladder.first"))


def _months(rules: RuleSet, key: str) -> int | None:
    said = rules.text(key)
    return None if said == UNLIMITED else int(said)
