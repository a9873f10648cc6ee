"""The clock of an appeal: legal days and terms as the rule set of its regime says them; pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Final

from core.calendar import Calendar, months_after
from core.clock import HERE
from core.statutes import RuleSet
from messaging.appeals.model import Desk, Kind, Regime, Standing

TERM: Final = re.compile(r"(\d+)([hdmy])")
RUNG: Final = re.compile(r"(?:(\d+)%|([+-]?\d+)([dw])) (\w+)")


@dataclass(frozen=True, slots=True)
class Law:
    """What holds for one appeal: the rules of the day on which it came, and the days on which people work."""

    rules: RuleSet
    calendar: Calendar

    def of(self, name: str, regime: Regime, kind: Kind | None = None) -> str:
        return self.rules.text(".".join(filter(None, (name, regime, kind))))


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: at this moment this audience is told, once for each due moment."""

    name: str
    at: datetime
    audience: str
    """`handler`, or a role."""


def registered_on(received_at: datetime, law: Law) -> date:
    """The same day; after hours, or where nobody works, the next working day."""
    local = received_at.astimezone(HERE)
    day = local.date()
    if law.calendar.is_working(day) and local.time() <= law.calendar.ends:
        return day
    return law.calendar.working_days_after(day, 1)


def last_day(since: date, term: str, law: Law) -> date:
    """The last day of a term of days or months."""
    count, unit = _parsed(term)
    if unit == "d":
        day = since + timedelta(days=count)
    else:
        day = months_after(since, count * 12 if unit == "y" else count)
    return law.calendar.from_then(day) if law.rules.text("term.shift_to_working") == "yes" else day


def due(received_at: datetime, term: str, law: Law) -> datetime:
    """When a term is over: hours to the minute, days with their last day."""
    count, unit = _parsed(term)
    if unit == "h":
        return received_at + timedelta(hours=count)
    return end_of(last_day(received_at.astimezone(HERE).date(), term, law))


def end_of(day: date) -> datetime:
    """The local midnight behind it."""
    return datetime.combine(day + timedelta(days=1), time(), HERE).astimezone(UTC)


def day_of(due_at: datetime) -> date:
    """The last day on which it is in time."""
    return (due_at - timedelta(microseconds=1)).astimezone(HERE).date()


def is_midnight(at: datetime) -> bool:
    return at.astimezone(HERE).time() == time()


def _parsed(term: str) -> tuple[int, str]:
    found = TERM.fullmatch(term)
    if found is None:
        raise ValueError(term)
    return int(found[1]), found[2]


def longest_extension(standing: Standing, regime: Regime, law: Law) -> date:
    """The last day to which the head may extend."""
    return last_day(standing.due_on, law.of("extension", regime), law)


def ladder(standing: Standing, law: Law) -> list[Rung]:
    """In the order in which they come."""
    found = []
    for name, rule in law.rules.under("ladder").items():
        said = RUNG.fullmatch(rule.value)
        if said is None:
            raise ValueError(rule.value)
        at = _share(standing, int(said[1])) if said[1] else _away(standing, said[2], said[3], law)
        found.append(Rung(name, at, said[4]))
    return sorted(found, key=lambda rung: (rung.at, rung.name))


def _share(standing: Standing, percent: int) -> datetime:
    return standing.received_at + (standing.due_at - standing.received_at) * float(Fraction(percent, 100))


def _away(standing: Standing, count: str, unit: str, law: Law) -> datetime:
    """Days after the due moment; or the beginning of so many working days before the last day."""
    if unit == "d":
        return standing.due_at + timedelta(days=int(count))
    day = standing.due_on
    for _ in range(-int(count)):
        day = law.calendar.up_to(day - timedelta(days=1))
    return datetime.combine(day, time(), HERE).astimezone(UTC)


def due_rungs(standing: Standing, law: Law, *, at: datetime) -> list[Rung]:
    """Those whose moment has come and that nobody was told of."""
    return [rung for rung in _untold(standing, law) if rung.at <= at]


def next_rung(standing: Standing, law: Law) -> datetime | None:
    """When somebody has to be told next; never where nobody of the service answers."""
    if not standing.is_live or standing.desk in {Desk.OMBUDSMAN, Desk.LAWYER}:
        return None
    return min((rung.at for rung in _untold(standing, law)), default=None)


def _untold(standing: Standing, law: Law) -> list[Rung]:
    return [rung for rung in ladder(standing, law) if mark(rung, standing) not in standing.escalated]


def mark(rung: Rung, standing: Standing) -> str:
    """Under which a rung is remembered: an extended term has a ladder of its own."""
    return f"{rung.name}:{standing.due_on.isoformat()}"
