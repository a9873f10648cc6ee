"""Booking: with a relative by a confirmed request, with a lawyer by the staff; listing, and calling off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.errors import NotFound
from core.kin import Relative
from core.model import PersonId, UserId
from core.statutes import RuleSet
from inmates import store as people
from inmates.entitlements import service as entitlements
from inmates.entitlements.model import Thing
from inmates.service import known, within
from messaging.calls import rules, store
from messaging.calls.model import Call, CallId, Event, EventKind, Kind, Shown
from messaging.relatives.contact.model import Visit

BY_LINE: Final = frozenset({Thing.CALL, Thing.VIDEO_VISIT})
"""What two browsers can do; whatever else is asked for happens at the gate."""
AHEAD: Final = timedelta(days=14)
BEHIND: Final = timedelta(hours=12)


def law(at: datetime) -> RuleSet:
    return statutes.load(rules.STATUTE).on(at.astimezone(clock.HERE).date())


async def confirmed(conn: AsyncConnection, visit: Visit, *, by: UserId) -> CallId | None:
    """A request for a call or a video visit has a line from now on, as long as the law gives."""
    if visit.thing not in BY_LINE:
        return None
    held = entitlements.law().on(visit.wanted_at.astimezone(clock.HERE).date())
    minutes = held.whole(f"length.{visit.thing}.minutes")
    return await store.add(
        conn,
        Kind.KIN,
        person=visit.person,
        begins_at=visit.wanted_at,
        ends_at=visit.wanted_at + timedelta(minutes=minutes),
        law=await rule_sets.keep(conn, held),
        by=by,
        visit=visit.id,
        thing=visit.thing,
    )


async def book_legal(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    lawyer: str,
    begins_at: datetime,
    minutes: int,
    warrant: str,
) -> CallId:
    """Privileged: not limited in number, and drawn from nothing."""
    await known(conn, caller, person=person)
    await people.hold(conn, person)
    who = await store.lawyer_called(conn, lawyer)
    if who is None:
        raise rules.LawyerUnknown
    now, held = clock.now(), law(begins_at)
    others = await store.taken(conn, person, lawyer=who, since=now)
    ends_at = rules.check_legal(begins_at, minutes, others=others, law=held, now=now)
    made = await store.add(
        conn,
        Kind.LEGAL,
        person=person,
        begins_at=begins_at,
        ends_at=ends_at,
        law=await rule_sets.keep(conn, held),
        by=caller.user,
        lawyer=who,
        warrant=warrant.strip(),
    )
    await recorded(conn, caller.user, person, action=Permission.CALL_WRITE, call=made, deed="booked")
    return made


async def listed(conn: AsyncConnection, caller: Caller) -> Sequence[Shown]:
    """Calls of today and the next days, of people the caller may know."""
    now = clock.now()
    found = await store.around(conn, scope=within(caller), since=now - BEHIND, until=now + AHEAD)
    await audit.record(conn, caller.user, action=Permission.CALL_READ, subject_kind="calls")
    return await shown(conn, found)


async def of_lawyer(conn: AsyncConnection, caller: Caller) -> Sequence[Shown]:
    """One's own, and nobody's else."""
    found = await store.of_lawyer(conn, caller.user, since=clock.now() - BEHIND)
    await audit.record(conn, caller.user, action=Permission.CALL_JOIN, subject_kind="calls")
    return await shown(conn, found)


async def of_relative(conn: AsyncConnection, relative: Relative) -> Sequence[Shown]:
    return await shown(conn, await store.of_relative(conn, relative.id, since=clock.now() - BEHIND))


async def shown(conn: AsyncConnection, found: Sequence[Call]) -> list[Shown]:
    now, events = clock.now(), await store.events_of(conn, [one.id for one in found])
    return [
        Shown(one, rules.fold(one, events[one.id], now=now), rules.opens_at(one, law=law(one.begins_at)))
        for one in found
    ]


async def end(conn: AsyncConnection, caller: Caller, *, call: CallId) -> None:
    """Called off before it opens, ended from then on; who has the lines closes them after the commit."""
    found = await store.one(conn, call, scope=within(caller))
    if found is None:
        raise NotFound
    [one] = await shown(conn, [found])
    if rules.is_over(one.standing):
        raise rules.CallOver
    now = clock.now()
    kind = EventKind.CANCELLED if now < one.opens_at else EventKind.ENDED
    await store.add_event(conn, call, Event(kind, None, now), by=caller.user)
    await recorded(conn, caller.user, found.person, action=Permission.CALL_WRITE, call=call, deed=kind)


async def recorded(
    conn: AsyncConnection, user: UserId | None, person: PersonId, *, action: str, call: CallId, **more: Any
) -> None:
    """That there was a call, by its number; who spoke of what is nowhere."""
    await audit.record(
        conn, user, action=action, subject_kind="person", subject=person, detail={"call": call} | more
    )
