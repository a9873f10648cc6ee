"""Calls, codes, passes and events as the records hold them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.auth import Role
from core.model import PersonId, RelativeId, UserId
from core.seats import Party
from core.tables import users
from inmates.entitlements.model import Thing
from inmates.model import Scope
from inmates.store import seen_by
from messaging.calls.model import Call, CallId, CodeId, Event, EventKind, Kind
from messaging.calls.tables import call_codes, call_events, call_passes, calls
from messaging.relatives.contact.model import VisitId
from messaging.relatives.contact.tables import visit_entries, visits
from messaging.relatives.kinship.model import ClaimId
from messaging.relatives.kinship.tables import claims

MOST = 200
OFF = ("cancelled", "no_show", "called_off")
"""What became of a request that comes to no call, whoever said so."""


def _calls() -> Select[Any]:
    joined = calls.outerjoin(visits, visits.c.id == calls.c.visit_id)
    joined = joined.outerjoin(claims, claims.c.id == visits.c.claim_id)
    off = exists().where(visit_entries.c.visit_id == calls.c.visit_id, visit_entries.c.decision.in_(OFF))
    return (
        select(calls, visits.c.claim_id, claims.c.relative_id, off.label("is_off"))
        .select_from(joined)
        .order_by(calls.c.begins_at, calls.c.id)
    )


async def _found(conn: AsyncConnection, *conditions: ColumnElement[bool]) -> list[Call]:
    return [_call(row) for row in await conn.execute(_calls().where(*conditions).limit(MOST))]


async def around(conn: AsyncConnection, *, scope: Scope, since: datetime, until: datetime) -> list[Call]:
    """Of people within the scope, those that begin in a time."""
    during = and_(calls.c.begins_at >= since, calls.c.begins_at < until)
    return await _found(conn, during, seen_by(scope, calls.c.person_id))


async def one(conn: AsyncConnection, call: CallId, *, scope: Scope) -> Call | None:
    return await _held(conn, calls.c.id == call, seen_by(scope, calls.c.person_id))


async def any_one(conn: AsyncConnection, call: CallId) -> Call | None:
    """For whoever has shown a pass of it."""
    return await _held(conn, calls.c.id == call)


async def of_lawyer(conn: AsyncConnection, lawyer: UserId, *, since: datetime) -> list[Call]:
    return await _found(conn, calls.c.lawyer == lawyer, calls.c.ends_at > since)


async def lawyers_one(conn: AsyncConnection, lawyer: UserId, *, call: CallId) -> Call | None:
    return await _held(conn, calls.c.id == call, calls.c.lawyer == lawyer)


async def of_relative(conn: AsyncConnection, relative: RelativeId, *, since: datetime) -> list[Call]:
    return await _found(conn, claims.c.relative_id == relative, calls.c.ends_at > since)


async def relatives_one(conn: AsyncConnection, relative: RelativeId, *, call: CallId) -> Call | None:
    return await _held(conn, calls.c.id == call, claims.c.relative_id == relative)


async def _held(conn: AsyncConnection, *conditions: ColumnElement[bool]) -> Call | None:
    """Whoever changes something of it comes one after the other."""
    query = _calls().where(*conditions)
    ident = (await conn.execute(query.with_only_columns(calls.c.id))).scalar_one_or_none()
    if ident is None:
        return None
    await db.hold(conn, calls, ident=ident)
    row = (await conn.execute(query)).one_or_none()  # as it is now, after those who held it before
    return _call(row) if row else None


async def taken(
    conn: AsyncConnection, person: PersonId, *, lawyer: UserId, since: datetime
) -> list[tuple[datetime, datetime]]:
    """Times to come in which one of the two has a call that nobody called off."""
    off = select(call_events.c.call_id).where(call_events.c.kind.in_(("cancelled", "ended")))
    whose = or_(calls.c.person_id == person, calls.c.lawyer == lawyer)
    found = await _found(conn, whose, calls.c.ends_at > since, calls.c.id.not_in(off))
    return [(one.begins_at, one.ends_at) for one in found if not one.is_visit_off]


async def add(
    conn: AsyncConnection,
    kind: Kind,
    *,
    person: PersonId,
    begins_at: datetime,
    ends_at: datetime,
    law: str,
    by: UserId,
    visit: VisitId | None = None,
    thing: Thing | None = None,
    lawyer: UserId | None = None,
    warrant: str = "",
) -> CallId:
    row = {
        "kind": kind,
        "person_id": person,
        "begins_at": begins_at,
        "ends_at": ends_at,
        "visit_id": visit,
        "thing": thing,
        "lawyer": lawyer,
        "warrant": warrant,
        "law": law,
        "made_by": by,
    }
    return CallId((await conn.execute(insert(calls).values(row).returning(calls.c.id))).scalar_one())


async def lawyer_called(conn: AsyncConnection, login: str) -> UserId | None:
    """Held, so that two bookings of one lawyer come one after the other."""
    query = select(users.c.id).where(users.c.login == login, users.c.role == Role.LAWYER)
    found = (await conn.execute(query.with_for_update(key_share=True))).scalar()
    return None if found is None else UserId(found)


async def events_of(conn: AsyncConnection, ids: Collection[CallId]) -> dict[CallId, list[Event]]:
    query = select(call_events).where(call_events.c.call_id.in_(ids)).order_by(call_events.c.id)
    found: dict[CallId, list[Event]] = {one: [] for one in ids}
    for row in await conn.execute(query):
        party = None if row.party is None else Party(row.party)
        found[CallId(row.call_id)].append(Event(EventKind(row.kind), party, row.at))
    return found


async def add_event(conn: AsyncConnection, call: CallId, event: Event, *, by: UserId | None = None) -> None:
    row = {"call_id": call, "kind": event.kind, "party": event.party, "at": event.at, "by": by}
    await conn.execute(insert(call_events).values(row))


async def add_code(
    conn: AsyncConnection, call: CallId, blind: bytes, *, at: datetime, ends_at: datetime, by: UserId
) -> bool:
    """False: somebody was given these digits before."""
    row = {"call_id": call, "blind": blind, "ends_at": ends_at, "made_by": by, "made_at": at}
    made = upsert(call_codes).values(row).on_conflict_do_nothing().returning(call_codes.c.id)
    return (await conn.execute(made)).scalar() is not None


async def code(conn: AsyncConnection, blind: bytes, *, now: datetime) -> tuple[CodeId, CallId] | None:
    """Good still, and not used."""
    used = exists().where(call_passes.c.code_id == call_codes.c.id)
    query = select(call_codes.c.id, call_codes.c.call_id).where(
        call_codes.c.blind == blind, call_codes.c.ends_at > now, ~used
    )
    found = (await conn.execute(query)).one_or_none()
    if found is None:
        return None
    await db.hold(conn, call_codes, ident=found.id)
    row = (await conn.execute(query)).one_or_none()  # not used by whoever held it before
    return (CodeId(row[0]), CallId(row[1])) if row else None


async def add_pass(
    conn: AsyncConnection,
    call: CallId,
    blind: bytes,
    *,
    party: Party,
    at: datetime,
    code: CodeId | None = None,
) -> None:
    row = {"call_id": call, "party": party, "blind": blind, "code_id": code, "made_at": at}
    await conn.execute(insert(call_passes).values(row))


async def passed(conn: AsyncConnection, blind: bytes) -> tuple[CallId, Party] | None:
    query = select(call_passes.c.call_id, call_passes.c.party).where(call_passes.c.blind == blind)
    row = (await conn.execute(query)).one_or_none()
    return (CallId(row[0]), Party(row[1])) if row else None


async def opened_by(conn: AsyncConnection, call: CallId) -> UserId | None:
    """Who gave the newest code for the kiosk."""
    query = select(call_codes.c.made_by).where(call_codes.c.call_id == call)
    found = (await conn.execute(query.order_by(call_codes.c.id.desc()).limit(1))).scalar()
    return None if found is None else UserId(found)


def _call(row: Any) -> Call:
    return Call(
        CallId(row.id),
        Kind(row.kind),
        PersonId(row.person_id),
        row.begins_at,
        row.ends_at,
        None if row.visit_id is None else VisitId(row.visit_id),
        None if row.thing is None else Thing(row.thing),
        None if row.lawyer is None else UserId(row.lawyer),
        row.warrant,
        None if row.claim_id is None else ClaimId(row.claim_id),
        None if row.relative_id is None else RelativeId(row.relative_id),
        bool(row.is_off),
    )
