"""What a deed of staff is held against: pure, the law is a parameter."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from core.errors import Conflict
from core.model import PersonId, UserId
from core.statutes import RuleSet
from inmates.legality.model import (
    Breach,
    Complaint,
    Deed,
    Finding,
    Grievance,
    Posting,
    Segregation,
    Tie,
    Touch,
    Watched,
)


class SegregationTooLong(Conflict):
    """Days apart from others that follow one another count together."""

    code = "segregation_too_long"


def retaliation(deed: Deed, complaints: Iterable[Complaint], *, law: RuleSet) -> list[Finding]:
    """The person complained about those who now act, not long before: a finding for each of them."""
    since = deed.at - timedelta(days=law.whole(f"{Breach.RETALIATION}.within_days"))
    about = {
        complaint.against
        for complaint in complaints
        if complaint.against in deed.actors and since <= complaint.made_at <= deed.at
    }
    return [
        finding(
            Breach.RETALIATION,
            deed.person,
            actor=actor,
            subject_kind=deed.kind,
            subject=deed.subject,
            at=deed.at,
            law=law,
        )
        for actor in sorted(about)
    ]


def watched_until(made_at: datetime, *, law: RuleSet) -> datetime:
    """NoRule: the law of that day is not written down."""
    return made_at + timedelta(days=law.whole(f"{Breach.RETALIATION}.within_days"))


def watched(one: Grievance, deeds: Iterable[Deed], *, postings: Sequence[Posting], law: RuleSet) -> Watched:
    """Whatever was done to them after the complaint, by whomever: the reader judges, not we."""
    until = watched_until(one.made_at, law=law)
    touches = [
        Touch(deed.kind, deed.subject, deed.at, actor, tie(actor, one.against, at=deed.at, postings=postings))
        for deed in deeds
        if one.made_at <= deed.at <= until
        for actor in sorted(deed.actors)
    ]
    return Watched(one, until, sorted(touches, key=lambda touch: (touch.at, touch.subject, touch.actor)))


def tie(actor: UserId, against: frozenset[UserId], *, at: datetime, postings: Sequence[Posting]) -> Tie:
    if actor in against:
        return Tie.ACCUSED
    held = [one for one in postings if one.holds(at)]
    theirs = {one.institution_id for one in held if one.user in against}
    is_near = any(one.user == actor and one.institution_id in theirs for one in held)
    return Tie.SAME_UNIT if is_near else Tie.OTHER


def finding(
    breach: Breach,
    person: PersonId,
    *,
    actor: UserId | None = None,
    subject_kind: str,
    subject: int,
    at: datetime,
    law: RuleSet,
) -> Finding:
    """With its article, and by when oversight has to look."""
    rule = law.rule(f"{breach}.review_within_hours")
    review_by = at + timedelta(hours=int(rule.value))
    return Finding(breach, rule.article, person, actor, subject_kind, subject, review_by)


def longest(segregations: Sequence[Segregation], on: date) -> int:
    """Days of the longest unbroken time apart, counted to today where it goes on."""
    most, begins, ends = 0, date.min, date.min
    for begin, end in sorted((one.begins_on, one.ends_on or max(on, one.begins_on)) for one in segregations):
        if begin > ends:
            begins = begin
        ends = max(end, ends) if begin <= ends else end
        most = max(most, (ends - begins).days)
    return most


def refuse_segregation(
    proposed: Segregation, earlier: Sequence[Segregation], *, on: date, law: RuleSet
) -> None:
    """Together with what it follows or meets it may not be longer than one measure may."""
    allowed = law.whole(f"{Breach.SEGREGATION_TOO_LONG}.days_most")
    if longest([*earlier, proposed], on) > max(allowed, longest(earlier, on)):
        raise SegregationTooLong(most=allowed)


def is_too_long(segregations: Sequence[Segregation], *, on: date, law: RuleSet) -> bool:
    return longest(segregations, on) > law.whole(f"{Breach.SEGREGATION_TOO_LONG}.days_most")
