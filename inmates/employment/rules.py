"""What was worked: shifts, live entries, a month's work, and who may do a heavy job."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Final

from core.calendar import months_after
from core.clock import HERE, local_day
from inmates.education.model import Learning
from inmates.employment.model import Claim, Effort, Entry, EntryKind, Placement, Restitution, Said, WritBasis
from inmates.employment.wages import Debt, Deed, Facts, Held, Payslip, Work

CLOSES: Final = {"light_work": frozenset({Effort.HEAVY}), "no_work": frozenset(Effort)}
"""Which jobs a consequence of a medical finding closes."""
FREE: Final = frozenset({"probation_district"})
"""Kinds of institutions whose people are not in custody."""


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


def when(said: Said) -> tuple[datetime, datetime]:
    """Where nobody says at which hour: at any of the day."""
    if said.starts_at is not None:
        return said.starts_at, said.starts_at
    begins, ends = local_day(said.on)
    return begins, ends - timedelta(microseconds=1)


def live(entries: Iterable[Entry]) -> list[Entry]:
    """What holds after all corrections, by day."""
    known = list(entries)
    replaced = {entry.replaces for entry in known}
    held = (e for e in known if e.id not in replaced and e.said.kind is not EntryKind.VOID)
    return sorted(held, key=lambda e: (e.said.on, e.said.starts_at is None, e.said.starts_at, e.id))


def is_open(placement: Placement, day: date) -> bool:
    return placement.until is None or placement.until > day


def touches(placement: Placement, month: date) -> bool:
    """It held on some day of the month."""
    return placement.since < next_month(month) and is_open(placement, month)


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


def next_month(day: date) -> date:
    return months_after(day.replace(day=1), 1)


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


def facts(
    placed: Sequence[Placement],
    entries: Sequence[Entry],
    *,
    month: date,
    kind: str,
    debts: Sequence[Debt],
    held: Sequence[Held],
) -> Facts:
    """Of one person, whose placements these are; `kind` of institution."""
    held_still = live(entries)
    work = tuple(worked(each, held_still) for each in placed)
    return Facts(placed[0].person_id, month, kind not in FREE, work, tuple(debts), tuple(held))


def deeds(placed: Sequence[Placement], entries: Sequence[Entry], paid: Sequence[Restitution]) -> list[Deed]:
    """What a person did, month by month and job by job; nobody adds it up."""
    found: list[Deed] = []
    titles = {each.id: each.title for each in placed}
    by_month = groupby(
        sorted(live(entries), key=lambda e: (month_of(e.said.on), e.placement_id)),
        key=lambda e: (month_of(e.said.on), e.placement_id),
    )
    for (month, where), some in by_month:
        said, ends = [e.said for e in some], last_day(month)
        minutes, pieces = sum(s.minutes for s in said), sum(s.pieces or 0 for s in said)
        name = titles[where]
        found += [Deed("hours", name, month, ends, minutes, "minutes")] if minutes else []
        found += [Deed("output", name, month, ends, pieces, "pieces")] if pieces else []
    found += [Deed(p.kind.value, "", p.month, last_day(p.month), p.amount, "som") for p in paid]
    return sorted(found, key=lambda deed: (deed.since, deed.kind, deed.name), reverse=True)


def courses(learnt: Iterable[Learning]) -> list[Deed]:
    """Hours of lessons attended, course by course."""
    return [
        Deed(
            "course",
            each.enrolment.course.title,
            each.enrolment.enrolled_on,
            max(
                (event.fact.at.astimezone(HERE).date() for event in each.events),
                default=each.enrolment.enrolled_on,
            ),
            int(each.standing.hours * 60),
            "minutes",
        )
        for each in learnt
        if each.standing.hours
    ]


def is_sound(claim: Claim) -> bool:
    """Each basis has what it needs and nothing else, and nobody is asked for more than the whole."""
    needed = {
        WritBasis.SUM: claim.total is not None and claim.monthly is None and not claim.share,
        WritBasis.SHARE: bool(claim.share) and claim.monthly is None,
        WritBasis.MONTHLY: claim.monthly is not None and not claim.share,
    }
    is_share = not claim.share or 0 < Fraction(claim.share) <= 1
    return needed[claim.basis] and is_share and (claim.until is None or claim.since < claim.until)


def is_barred(effort: Effort, consequences: Iterable[str]) -> bool:
    """Whether what a doctor found closes this job; the finding itself is not known here."""
    return any(effort in CLOSES.get(consequence, ()) for consequence in consequences)


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
