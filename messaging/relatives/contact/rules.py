"""What can be booked, and whether contact is possible. Pure; the law is a parameter."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from core.errors import Conflict, Invalid
from core.statutes import RuleSet
from inmates.custody.model import Standing, State
from inmates.entitlements.model import Balance, Thing
from messaging.relatives.contact.model import BOOKED, Contact, Decision, Left, Visit

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


class AdviceAnswered(Conflict):
    code = "advice_answered"


def contact(standing: Standing | None, *, is_supervised: bool) -> Contact:
    """Whether somebody can be visited where they are."""
    if standing is None or standing.is_over or is_supervised:
        return Contact.FREE
    if standing.state is State.PRESENT:
        return Contact.POSSIBLE
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


def next_visit(visits: Iterable[Visit], *, now: datetime) -> datetime | None:
    confirmed = (visit.wanted_at for visit in visits if visit.state is Decision.CONFIRMED)
    return min((at for at in confirmed if at > now), default=None)


def check_booking(
    thing: Thing, wanted_at: datetime, *, balance: Left | None, state: Contact, law: RuleSet, now: datetime
) -> None:
    if thing not in BOOKED:
        raise NotBooked
    if not now < wanted_at <= now + timedelta(days=law.whole("visit.ahead_days")):
        raise MomentWrong
    if state is not Contact.POSSIBLE:
        raise ContactImpossible
    if balance is None or not (balance.is_unlimited or balance.left > 0):
        raise NothingLeft


def check_decision(visit: Visit, decision: Decision) -> None:
    """An officer decides once; the relative may cancel what is not refused."""
    if decision is Decision.CANCELLED:
        if visit.state not in {None, Decision.CONFIRMED}:
            raise VisitDecided
    elif visit.state is not None:
        raise VisitDecided
