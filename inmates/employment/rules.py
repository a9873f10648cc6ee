"""What was worked: shifts, live entries, a month's work, and who may do a heavy job."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from inmates.employment.model import Effort, Entry, EntryKind, Placement, Said
from inmates.employment.wages import Facts, Payslip, Work

HERE: Final = ZoneInfo("Asia/Tashkent")
LIGHT_WORK: Final = "light_work"
"""The consequence of a medical finding that closes heavy jobs."""
HEAVY: Final = frozenset({Effort.HEAVY})


def shift(on: date, starts: time, *, ends: time, break_min: int = 0) -> Said:
    """Local times; one that ends at or before its start ends on the next day. It belongs to the day, and so
    to the month, in which it began."""
    end_day = on if ends > starts else on + timedelta(days=1)
    since, until = datetime.combine(on, starts, HERE), datetime.combine(end_day, ends, HERE)
    return Said(EntryKind.SHIFT, on, since, until, break_min)


def output(on: date, pieces: int) -> Said:
    return Said(EntryKind.OUTPUT, on, pieces=pieces)


def is_possible(said: Said) -> bool:
    """Some work is left after the break; a correction to nothing is a void, not a shift of no length."""
    if said.kind is EntryKind.SHIFT:
        return said.break_min >= 0 and said.minutes > 0
    return said.kind is EntryKind.VOID or (said.pieces or 0) > 0


def is_within(said: Said, placement: Placement) -> bool:
    return placement.since <= said.on and (placement.until is None or said.on < placement.until)


def live(entries: Iterable[Entry]) -> list[Entry]:
    """What holds after all corrections, by day."""
    known = list(entries)
    replaced = {entry.replaces for entry in known}
    held = (e for e in known if e.id not in replaced and e.said.kind is not EntryKind.VOID)
    return sorted(held, key=lambda e: (e.said.on, e.said.starts_at is None, e.said.starts_at, e.id))


def overlaps(said: Said, others: Iterable[Entry]) -> bool:
    """Nobody works two shifts at once; `others` are a person's live entries."""
    if said.starts_at is None or said.ends_at is None:
        return False
    return any(
        o.said.starts_at < said.ends_at and said.starts_at < o.said.ends_at
        for o in others
        if o.said.starts_at is not None and o.said.ends_at is not None
    )


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def last_day(month: date) -> date:
    """The day whose law decides a month."""
    return next_month(month) - timedelta(days=1)


def worked(placement: Placement, entries: Sequence[Entry]) -> Work:
    """A placement's month from its live entries."""
    mine = [e.said for e in entries if e.placement_id == placement.id]
    return Work(
        placement.id,
        placement.tariff,
        placement.rate,
        minutes=sum(said.minutes for said in mine),
        pieces=sum(said.pieces or 0 for said in mine),
        longest_min=max((said.minutes for said in mine), default=0),
    )


def is_barred(effort: Effort, consequences: Iterable[str]) -> bool:
    """Whether what a doctor found closes this job; the finding itself is not known here."""
    return effort in HEAVY and LIGHT_WORK in set(consequences)


def warnings(facts: Facts, slip: Payslip, *, longest_min: int) -> list[str]:
    """What the accountant should look at before approving; codes, `work.warning.<code>` says them."""
    found = {
        "no_work": slip.gross == 0,
        "no_output": any(w.tariff == "piece" and w.minutes and not w.pieces for w in facts.work),
        "long_shift": any(w.longest_min > longest_min for w in facts.work),
        "not_covered": any(x.key == "writ" and x.amount < x.basis for x in slip.lines),
        "held_less": any(x.key == "by_hand" and x.amount < x.basis for x in slip.lines),
    }
    return [code for code, is_so in found.items() if is_so]
