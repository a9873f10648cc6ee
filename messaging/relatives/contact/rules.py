"""What can be booked, and whether contact is possible. Pure; the law is a parameter."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from core.clock import HERE
from core.errors import Conflict, Invalid
from core.statutes import RuleSet
from inmates.custody.model import Standing, State
from inmates.entitlements import rules as entitlements
from inmates.entitlements.model import Balance, Thing
from inmates.entitlements.model import Contact as Listed
from messaging.relatives.contact.model import BOOKED, ENDS, Bars, Contact, Decision, Left, Visit

IN_CELL: Final = "contact.in_cell"
NONE: Final = "none"
AWAY = frozenset({State.AT_COURT, State.IN_HOSPITAL})


class NothingLeft(Conflict):
    """Of this year's balance."""

    code = "visit_nothing_left"


class MomentWrong(Invalid):
    """In the past, or too far ahead."""

    code = "visit_moment_wrong"


class NotBooked(Invalid):
    """Parcels are brought, not booked."""

    code = "visit_not_booked"


class ContactImpossible(Conflict):
    code = "visit_contact_impossible"


class VisitDecided(Conflict):
    code = "visit_decided"


class VisitToCome(Conflict):
    """What became of it is known after its hour."""

    code = "visit_to_come"


class AdviceAnswered(Conflict):
    code = "advice_answered"


def bars(listed: Listed | None, *, is_in_cell: bool, law: RuleSet, at: datetime) -> Bars:
    """By the person's list of approved contacts, where the relative stands on it, and by the cell."""
    is_over = listed is not None and not entitlements.is_approved(listed, at=at, zone=HERE)
    shut = is_over or (is_in_cell and law.text(IN_CELL) == NONE)
    return Bars(shut, listed.barred if listed else frozenset())


def contact(standing: Standing | None, *, is_supervised: bool, is_shut: bool = False) -> Contact:
    """Whether somebody can be visited where they are."""
    if standing is None or standing.is_over or is_supervised:
        return Contact.FREE
    if standing.state is State.PRESENT:
        return Contact.NOT_NOW if is_shut else Contact.POSSIBLE
    return Contact.AWAY if standing.state in AWAY else Contact.NOT_NOW


def left(
    balances: Iterable[Balance], visits: Sequence[Visit], *, pool: Callable[[Thing], Thing], now: datetime
) -> list[Left]:
    """What is open already counts as taken: two relatives cannot book the same last visit."""
    found = []
    for one in balances:
        taken = sum(pool(visit.thing) is one.thing and visit.is_open(now) for visit in visits)
        found.append(Left(one.thing, one.is_unlimited, max(0, one.left - taken)))
    return found


def bookable(due: Iterable[Left], *, pool: Callable[[Thing], Thing], barred: frozenset[Thing]) -> list[Left]:
    """Each thing that is booked, by the balance from which it draws."""
    known: Mapping[Thing, Left] = {one.thing: one for one in due}
    free = [thing for thing in BOOKED if thing not in barred and pool(thing) in known]
    return [Left(thing, known[pool(thing)].is_unlimited, known[pool(thing)].left) for thing in free]


def next_visit(visits: Iterable[Visit], *, now: datetime) -> datetime | None:
    confirmed = (visit.wanted_at for visit in visits if visit.state is Decision.CONFIRMED)
    return min((at for at in confirmed if at > now), default=None)


def check_booking(
    thing: Thing,
    wanted_at: datetime,
    *,
    balance: Left | None,
    state: Contact,
    barred: frozenset[Thing] = frozenset(),
    law: RuleSet,
    now: datetime,
) -> None:
    if thing not in BOOKED:
        raise NotBooked
    if thing in barred:
        raise entitlements.ContactBarred
    if not now < wanted_at <= now + timedelta(days=law.whole("visit.ahead_days")):
        raise MomentWrong
    if state is not Contact.POSSIBLE:
        raise ContactImpossible
    if balance is None or not (balance.is_unlimited or balance.left > 0):
        raise NothingLeft


def check_decision(visit: Visit, decision: Decision, *, now: datetime) -> None:
    """An officer decides once, and says once what became of it; the relative may cancel what is to come."""
    if decision in ENDS:
        if visit.state is not Decision.CONFIRMED:
            raise VisitDecided
        if visit.wanted_at > now:
            raise VisitToCome
    elif decision is Decision.CANCELLED:
        if not visit.is_open(now) or visit.wanted_at <= now:
            raise VisitDecided
    elif visit.state is not None:
        raise VisitDecided
