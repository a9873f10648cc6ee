"""When a condition is in force: weekly hours of the wall clock, other hours on single days, absences.

A wall-clock time that does not exist or comes twice (summer time) is read as RFC 5545 reads it: by the offset
before the gap, and as the first of the two."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.times import from_us, to_us
from geofence.model import Absence, Hours, Term

DAY = timedelta(days=1)
DAY_US = 86_400_000_000
WHOLE_DAY = ((0, 1440),)
DAYS_AHEAD = 8
"""A week and its edges: what does not change within it changes only at an exception."""

Span = tuple[int, int]
"""[since, until) in microseconds."""


def in_force(hours: Hours, at_us: int) -> bool:
    if is_always(hours):
        return True
    today = _local_date(hours, at_us)
    return any(since <= at_us < until for day in (today - DAY, today) for since, until in spans(hours, day))


def next_change(hours: Hours, after_us: int) -> int | None:
    """The first moment after `after_us` at which the hours begin or end; None: never again."""
    if is_always(hours):
        return None
    now = in_force(hours, after_us)
    for edge in _edges(hours, after_us):
        if in_force(hours, edge) is not now:
            return edge
    return None


def is_always(hours: Hours) -> bool:
    return not hours.weekly and not hours.exceptions


def _spans(hours: Hours, day: date) -> tuple[Span, ...]:
    """The times in force that begin on a local date; a span that summer time swallows is left out."""
    zone = ZoneInfo(hours.tz)
    found = ((_moment(day, starts, zone), _moment(day, ends, zone)) for starts, ends in windows(hours, day))
    return tuple((since, until) for since, until in found if since < until)


spans = lru_cache(maxsize=65536)(_spans)


def windows(hours: Hours, day: date) -> tuple[tuple[int, int], ...]:
    """Minutes after local midnight. An exception stands instead of the week; no week means the whole day."""
    for exception in hours.exceptions:
        if exception.on == day:
            return exception.windows
    if not hours.weekly:
        return WHOLE_DAY
    return tuple((w.starts, w.ends) for w in hours.weekly if w.weekday == day.weekday())


def is_absent(term: Term, at_us: int) -> bool:
    return _is_within(term.absences, at_us)


def is_current(term: Term, at_us: int) -> bool:
    return term.since_us <= at_us and (term.until_us is None or at_us < term.until_us)


def holds(term: Term, at_us: int) -> bool:
    """Must the person comply with this term at this moment?"""
    return is_current(term, at_us) and in_force(term.hours, at_us) and not is_absent(term, at_us)


def next_moment(term: Term, after_us: int) -> int | None:
    """The first moment after `after_us` at which it may begin or cease to hold."""
    if term.until_us is not None and term.until_us <= after_us:
        return None
    found = [term.since_us] if term.until_us is None else [term.since_us, term.until_us]
    found += [edge for edge in absence_edges(term.absences) if is_current(term, edge)]
    if (change := next_change(term.hours, max(after_us, term.since_us))) is not None:
        found.append(change)
    return min((m for m in found if m > after_us), default=None)


def absence_edges(absences: tuple[Absence, ...]) -> set[int]:
    return {edge for a in absences for edge in (a.since_us, a.until_us)}


def moments(
    hours: Hours, absences: tuple[Absence, ...], *, since_us: int, until_us: int
) -> list[tuple[int, bool, bool]]:
    """(moment, in force, absent) from `since_us` on, and at each moment in (since, until] at which the hours
    begin or end or an absence does: what `next_moment` tells one by one of a term that is current."""
    away, begun, holding = absence_edges(absences), _begun(hours, since_us, until_us), 0
    told: list[tuple[int, bool, bool]] = []
    for edge in sorted(begun.keys() | away | {since_us}):
        holding += begun.get(edge, 0)
        is_now = holding > 0 or is_always(hours)
        if since_us <= edge <= until_us and (not told or is_now is not told[-1][1] or edge in away):
            told.append((edge, is_now, _is_within(absences, edge)))
    return told


def _begun(hours: Hours, since_us: int, until_us: int) -> Counter[int]:
    """How many more spans are in force from each moment on. Not by `spans`: so many fit into no memory, and
    finding them there takes longer than working them out."""
    found, first = Counter[int](), _local_date(hours, since_us) - DAY
    for n in range((until_us - since_us) // DAY_US + 4):
        for since, until in _spans(hours, first + DAY * n):
            found[since] += 1
            found[until] -= 1
    return found


def _edges(hours: Hours, after_us: int) -> Iterator[int]:
    today = _local_date(hours, after_us)
    days = {today + DAY * n for n in range(-1, DAYS_AHEAD + 1)}
    days |= {e.on + DAY * n for e in hours.exceptions for n in range(-1, DAYS_AHEAD + 1) if e.on >= today}
    for day in sorted(days):
        yield from sorted({edge for span in spans(hours, day) for edge in span if edge > after_us})


def _is_within(absences: tuple[Absence, ...], at_us: int) -> bool:
    return any(a.since_us <= at_us < a.until_us for a in absences)


def _local_date(hours: Hours, at_us: int) -> date:
    return from_us(at_us).astimezone(ZoneInfo(hours.tz)).date()


@lru_cache(maxsize=65536)
def _moment(day: date, minutes: int, zone: ZoneInfo) -> int:
    """A time of the wall clock; 1440 is the next midnight."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return to_us(wall.astimezone(UTC))
