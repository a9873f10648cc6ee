"""Terms and days: months clamped to their ends, days counted once, the last working day."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core import calendar
from core.statutes import Rule, RuleSet
from inmates.sentences.derivation import TermTooLong
from inmates.sentences.model import Term

DAY = timedelta(days=1)
LAST_YEAR = 4000
"""No term ends behind it, however many are added."""


@dataclass(frozen=True, slots=True)
class Span:
    """Both days count."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return max(0, (self.until - self.since).days + 1)


def free_on(start: date, term: Term) -> date:
    """The day after the last day of the term. A month without the day ends on its own last day: one month
    from 31 January is over when February is."""
    year, month = divmod(start.year * 12 + start.month - 1 + term.whole_months, 12)
    if year > LAST_YEAR:
        raise TermTooLong
    last = monthrange(year, month + 1)[1]
    if start.day > last:
        return date(year, month + 1, last) + DAY * (1 + term.days)
    return date(year, month + 1, start.day) + DAY * term.days


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same days, none twice."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.since, s.until)):
        if found and span.since <= found[-1].until + DAY:
            found[-1] = Span(found[-1].since, max(found[-1].until, span.until))
        else:
            found.append(span)
    return found


def days(spans: Iterable[Span]) -> int:
    return sum(span.days for span in merged(spans))


def before(spans: Iterable[Span], day: date) -> list[Span]:
    """What of them lies before a day."""
    return [Span(s.since, min(s.until, day - DAY)) for s in spans if s.since < day]


def reached(start: date, needed: int, away: Sequence[Span]) -> date:
    """The first day before which so many days were served; `away`: days that do not count, none twice."""
    found = start + DAY * needed
    for span in away:
        if span.since < found:
            found += DAY * span.days
    return found


def served(start: date, until: date, away: Sequence[Span]) -> int:
    """Days from `start` to before `until`, without those away."""
    whole = max(0, (until - start).days)
    return max(0, whole - days(before(away, until)))


def day_off(day: date, rules: RuleSet) -> Rule | None:
    """The rule that makes it one; none: a working day."""
    if calendar.of(rules).is_working(day):
        return None
    for key in (f"holiday.on.{day.year}", "holiday.yearly"):
        said = rules.rules.get(key)
        if said and {day.isoformat(), f"{day:%m-%d}"} & set(said.value.split()):
            return said
    return rules.rule("weekend")


def last_working_day(day: date, rules: RuleSet) -> date:
    return calendar.of(rules).up_to(day)
