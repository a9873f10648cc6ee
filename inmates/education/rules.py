"""The pure decisions of education: what an event needs, where an enrolment stands, which books count."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.clock import HERE
from core.errors import Conflict, Invalid
from core.sheets import APOSTROPHES
from core.statutes import RuleSet
from inmates.education.model import (
    Book,
    Certificate,
    Draft,
    Event,
    EventId,
    Fact,
    Kind,
    Reading,
    Standing,
    State,
    Year,
)
from inmates.sentences.derivation import Step

NEEDS: Final[dict[Kind, frozenset[str]]] = {
    Kind.ATTENDED: frozenset({"hours"}),
    Kind.MISSED: frozenset({"hours"}),
    Kind.PROGRESSED: frozenset({"percent"}),
    Kind.CERTIFIED: frozenset({"number", "document"}),
    Kind.WITHDRAWN: frozenset({"reason"}),
    Kind.ANNULLED: frozenset({"replaces"}),
}
"""Fields without which an event of this kind says nothing."""
MAY: Final[dict[Kind, frozenset[str]]] = {
    Kind.COMPLETED: frozenset({"score"}),
    Kind.PASSED: frozenset({"score"}),
    Kind.FAILED: frozenset({"score"}),
}
FIELDS: Final = ("hours", "percent", "score", "number", "document", "reason")
FULL: Final = Decimal(100)
LONGEST_NUMBER: Final = 60
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
FIELD: Final = re.compile(r"[0-9]{2,4}")
PINFL: Final = re.compile(r"[1-6][0-9]{13}")


class FieldMissing(Invalid):
    """An event of this kind needs this field."""

    code = "education_field_missing"


class FieldStrange(Invalid):
    """An event of this kind has no such field, or not this value."""

    code = "education_field_strange"


class InFuture(Invalid):
    code = "education_in_future"


class BeforeEnrolment(Invalid):
    code = "education_before_enrolment"


class NotFinished(Conflict):
    """A certificate before the course was completed or passed."""

    code = "education_not_finished"


class HasEnded(Conflict):
    """Somebody has left this course: enrol again."""

    code = "education_has_ended"


class AlreadyEnrolled(Conflict):
    code = "education_already_enrolled"


class NothingToCorrect(Conflict):
    """The event it names is not one of this enrolment, or was corrected before."""

    code = "education_nothing_to_correct"


class CommissionTooSmall(Invalid):
    code = "education_commission_too_small"


class DecidedTooEarly(Invalid):
    """A decision before the book was read or the law knew of it, or a date that has not come."""

    code = "education_decided_too_early"


class AlreadyCredited(Conflict):
    """This book has been approved for this person."""

    code = "education_already_credited"


class AccountIsPinfl(Invalid):
    """The name of an account must not be a personal number: it leaves the service."""

    code = "education_account_is_pinfl"


def checked_course(draft: Draft) -> Draft:
    if not 0 <= draft.isced_level <= 8:
        raise FieldStrange(name="isced_level")
    if not FIELD.fullmatch(draft.isced_field):
        raise FieldStrange(name="isced_field")
    return draft


def checked(fact: Fact, *, enrolled_on: date, now: datetime) -> Fact:
    """The event, if it says all that its kind needs, nothing else, and no time that cannot be."""
    needed = NEEDS.get(fact.kind, frozenset())
    given = {name for name in (*FIELDS, "replaces") if getattr(fact, name) is not None}
    for name in sorted(needed - given):
        raise FieldMissing(name=name)
    for name in sorted(given - needed - MAY.get(fact.kind, frozenset()) - {"replaces"}):
        raise FieldStrange(name=name)
    _refuse_values(fact)
    if fact.at > now:
        raise InFuture
    if fact.at.astimezone(HERE).date() < enrolled_on:
        raise BeforeEnrolment
    return fact


def _refuse_values(fact: Fact) -> None:
    wrong = {
        "hours": fact.hours is not None and not 0 < fact.hours <= 24,
        "percent": fact.percent is not None and not 0 <= fact.percent <= FULL,
        "score": fact.score is not None and not -1 <= fact.score <= 1,
        "number": fact.number is not None and not 0 < len(fact.number.strip()) <= LONGEST_NUMBER,
        "document": fact.document is not None and not DIGEST.fullmatch(fact.document),
    }
    for name in (name for name, is_wrong in wrong.items() if is_wrong):
        raise FieldStrange(name=name)


def next_event(events: Sequence[Event], fact: Fact, *, enrolled_on: date, now: datetime) -> Fact:
    """The fact, if it may be added to these events."""
    checked(fact, enrolled_on=enrolled_on, now=now)
    counted = valid(events)
    if fact.replaces is not None and fact.replaces not in {event.id for event in counted}:
        raise NothingToCorrect
    if fact.kind is Kind.ANNULLED:
        return fact
    before = standing([event for event in counted if event.id != fact.replaces])
    if before.withdrawn:
        raise HasEnded
    if fact.kind is Kind.CERTIFIED and before.state not in {State.COMPLETED, State.PASSED}:
        raise NotFinished
    return fact


def may_enrol(latest: Standing | None) -> None:
    """Again only when the last attempt has come to an end."""
    if latest is not None and latest.is_open:
        raise AlreadyEnrolled


def valid(events: Iterable[Event]) -> list[Event]:
    """Those that nothing corrects, in the order in which they happened; annulments say nothing more."""
    known = list(events)
    corrected = {event.fact.replaces for event in known}
    left = [e for e in known if e.id not in corrected and e.fact.kind is not Kind.ANNULLED]
    return sorted(left, key=lambda event: (event.fact.at, event.id))


def standing(events: Iterable[Event]) -> Standing:
    """The fold: the same events in any order give the same standing."""
    counted = valid(events)
    kinds = Counter(event.fact.kind for event in counted)
    withdrawn = next((e.fact.reason for e in counted if e.fact.kind is Kind.WITHDRAWN), None)
    lessons = [e.fact for e in counted if e.fact.kind is Kind.ATTENDED]
    return Standing(
        state=State.WITHDRAWN if withdrawn else _state(kinds),
        percent=_percent(counted, kinds),
        attended=kinds[Kind.ATTENDED],
        held=kinds[Kind.ATTENDED] + kinds[Kind.MISSED],
        hours=sum((fact.hours or Decimal(0) for fact in lessons), Decimal(0)),
        score=_score(counted),
        certificate=_certificate(counted),
        withdrawn=withdrawn,
        last_at=counted[-1].fact.at if counted else None,
    )


def _state(kinds: Counter[Kind]) -> State:
    for kind, state in (
        (Kind.PASSED, State.PASSED),
        (Kind.COMPLETED, State.COMPLETED),
        (Kind.FAILED, State.FAILED),
    ):
        if kinds[kind]:
            return state
    return State.UNDER_WAY if kinds else State.ENROLLED


def _percent(counted: Sequence[Event], kinds: Counter[Kind]) -> Decimal:
    """The furthest point: a platform that counts from the start again takes nothing away."""
    if kinds[Kind.COMPLETED] or kinds[Kind.PASSED]:
        return FULL
    return max((e.fact.percent for e in counted if e.fact.percent is not None), default=Decimal(0))


def _score(counted: Sequence[Event]) -> Decimal | None:
    for kinds in ({Kind.PASSED, Kind.COMPLETED}, {Kind.FAILED}):
        scores = [e.fact.score for e in counted if e.fact.kind in kinds and e.fact.score is not None]
        if scores:
            return max(scores)
    return None


def _certificate(counted: Sequence[Event]) -> Certificate | None:
    """The latest."""
    found = [event for event in counted if event.fact.kind is Kind.CERTIFIED]
    if not found:
        return None
    event = found[-1]
    on = event.fact.at.astimezone(HERE).date()
    return Certificate(EventId(event.id), event.fact.number or "", on, event.fact.document or "")


def checked_book(book: Book, readings: Sequence[Reading], *, law: RuleSet, today: date) -> Book:
    """The book, if this commission may approve it for somebody with these readings."""
    members = {" ".join(name.split()).casefold() for name in book.members} - {""}
    if "reading.commission_members" not in law.rules:
        raise DecidedTooEarly
    least = law.whole("reading.commission_members")
    if len(members) < least:
        raise CommissionTooSmall(count=least)
    if not book.read_on <= book.decided_on <= today:
        raise DecidedTooEarly
    if key(book) in {key(found.book) for found in approved(readings) if found.book}:
        raise AlreadyCredited
    return book


def key(book: Book) -> str:
    """The same book, however its title is spaced, spelt or cased."""
    words = re.findall(r"\w+", f"{book.author} {book.title}".casefold().translate(APOSTROPHES))
    return " ".join(words)


def approved(readings: Iterable[Reading]) -> list[Reading]:
    """Books that count, by the day on which they were decided: neither annulled nor corrected since."""
    known = list(readings)
    replaced = {reading.replaces for reading in known}
    left = [r for r in known if r.book is not None and r.id not in replaced]
    return sorted(left, key=lambda r: (r.book.decided_on if r.book else date.max, r.id))


def years(steps: Iterable[Step]) -> list[Year]:
    """The days of each year, as the calculator counted them."""
    found: dict[str, Year] = {}
    for step in steps:
        if step.code == "reading" and isinstance(step.by, int):
            year, most = str(step.values["year"]), int(str(step.values["most"]))
            before = found[year].days if year in found else 0
            found[year] = Year(year, before + step.by, most)
    return [found[year] for year in sorted(found, reverse=True)]


def checked_account(name: str) -> str:
    if PINFL.fullmatch(re.sub(r"\D", "", name)):
        raise AccountIsPinfl
    return name
