"""Working days: weekends and days off as `statutes/calendar.toml` has them, and terms counted in them."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.clock import HERE
from core.statutes import RuleSet

LONGEST = 60
"""Days without a working day between them: more is a calendar that cannot be."""


class NoWorkingDay(ValueError):  # noqa: N818 - it names the calendar, not an event
    """A calendar in which nobody ever works."""


@dataclass(frozen=True, slots=True)
class Calendar:
    weekend: frozenset[int]
    """ISO weekdays: 6 is Saturday."""
    yearly: frozenset[tuple[int, int]]
    """Month and day of holidays that come every year."""
    off: frozenset[date]
    """Days off of one year: moving feasts, and days that a decree gives."""
    worked: frozenset[date]
    """Weekends that a decree makes working days."""
    ends: time
    """When a working day is over."""

    def is_working(self, day: date) -> bool:
        if day in self.worked:
            return True
        return not (
            day.isoweekday() in self.weekend or (day.month, day.day) in self.yearly or day in self.off
        )

    def from_then(self, day: date) -> date:
        """The day itself, or the first working day behind it."""
        for found in (day + timedelta(days=n) for n in range(LONGEST)):
            if self.is_working(found):
                return found
        raise NoWorkingDay(day)

    def up_to(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        for found in (day - timedelta(days=n) for n in range(LONGEST)):
            if self.is_working(found):
                return found
        raise NoWorkingDay(day)

    def working_days_after(self, day: date, days: int) -> date:
        """The day on which so many working days have passed; the first day itself does not count."""
        for _ in range(days):
            day = self.from_then(day + timedelta(days=1))
        return day

    def due(self, since: datetime, *, days: int) -> datetime:
        """The end of the last of so many working days after a moment."""
        last = self.working_days_after(since.astimezone(HERE).date(), days)
        return datetime.combine(last, self.ends, HERE).astimezone(UTC)


def of(rules: RuleSet) -> Calendar:
    """The calendar as one day's rule set of `calendar` says it."""
    return Calendar(
        weekend=frozenset(int(day) for day in rules.text("weekend").split()),
        yearly=frozenset(_month_day(text) for text in rules.text("holiday.yearly").split()),
        off=frozenset(_dates(rule.value for rule in rules.under("holiday.on").values())),
        worked=frozenset(_dates(rule.value for rule in rules.under("worked.on").values())),
        ends=time.fromisoformat(rules.text("day.ends")),
    )


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _dates(values: Iterable[str]) -> list[date]:
    return [date.fromisoformat(text) for value in values for text in value.split()]


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
