"""Sheets as the database holds them, and what a shift leaves: devices and messages that want attention."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.auth import GRANTS, Permission
from core.model import DeviceId, PersonId, UserId
from core.tables import users
from geofence.model import BreachKind
from geofence.shifts.model import Device, Sheet, SheetId, Unanswered
from geofence.shifts.tables import shift_sheets, shift_signatures
from geofence.tables import alert_entries, alerts, breaches
from inmates import store as people
from inmates.model import Scope
from inmates.tables import persons, postings
from tracking.tables import commands, devices, wearings

QUIET: Final = (BreachKind.SILENT, BreachKind.NO_LOCATION, BreachKind.BATTERY, BreachKind.UNCHARGED)
NAME: Final = func.concat_ws(" ", persons.c.surname, persons.c.given_name)
outgoing, incoming = users.alias("outgoing"), users.alias("incoming")


async def quiet_devices(conn: AsyncConnection, scope: Scope) -> list[Device]:
    """Silent, without a place, low or not charged: by breaches that go on, of devices still worn."""
    query = (
        select(devices.c.id, devices.c.serial, persons.c.id, NAME, breaches.c.kind, breaches.c.opened_at)
        .join(devices, devices.c.id == breaches.c.subject_id)
        .join(persons, persons.c.id == breaches.c.person_id)
        .join(wearings, and_(wearings.c.device_id == devices.c.id, wearings.c.person_id == persons.c.id))
        .where(
            breaches.c.kind.in_(QUIET),
            breaches.c.closed_at.is_(None),
            breaches.c.annulled_at.is_(None),
            wearings.c.during.contains(scope.at),
            people.seen_by(scope, breaches.c.person_id),
        )
        .order_by(breaches.c.opened_at)
    )
    return [
        Device(DeviceId(row[0]), row[1], PersonId(row[2]), row[3], row[4], row[5])
        for row in await conn.execute(query)
    ]


async def unanswered(
    conn: AsyncConnection, scope: Scope, *, since: datetime, before: datetime
) -> list[Unanswered]:
    """Messages that no device answered, given before a moment, from a card or from the wearer's file."""
    then = wearings.c.during.contains(commands.c.made_at)
    query = (
        select(
            commands.c.id,
            commands.c.kind,
            commands.c.made_at,
            persons.c.id,
            NAME,
            alerts.c.id,
            commands.c.expired_at.is_not(None),
        )
        .outerjoin(alert_entries, alert_entries.c.command_id == commands.c.id)
        .outerjoin(alerts, alerts.c.id == alert_entries.c.alert_id)
        .outerjoin(wearings, and_(wearings.c.device_id == commands.c.device_id, then))
        .join(persons, persons.c.id == func.coalesce(alerts.c.person_id, wearings.c.person_id))
        .where(
            commands.c.received_at.is_(None),
            commands.c.done_at.is_(None),
            commands.c.made_at >= since,
            commands.c.made_at < before,
            people.seen_by(scope, persons.c.id),
        )
        .order_by(commands.c.id)
    )
    return [
        Unanswered(row[0], row[1], row[2], PersonId(row[3]), row[4], row[5], row[6])
        for row in await conn.execute(query)
    ]


async def began(conn: AsyncConnection, user: UserId) -> datetime | None:
    """When the officer signed for the shift before, unless they have handed over since."""
    signed = select(func.max(shift_signatures.c.signed_at)).where(shift_signatures.c.signed_by == user)
    given = select(func.max(shift_sheets.c.made_at)).where(shift_sheets.c.outgoing == user)
    began_at: datetime | None = (await conn.execute(signed)).scalar()
    ended_at: datetime | None = (await conn.execute(given)).scalar()
    return began_at if began_at and (ended_at is None or ended_at < began_at) else None


async def add(
    conn: AsyncConnection,
    outgoing: UserId,
    *,
    to: UserId,
    since: datetime,
    at: datetime,
    note: str,
    content: Mapping[str, Any],
) -> SheetId:
    row = {"since": since, "made_at": at, "outgoing": outgoing, "incoming": to, "note": note}
    made = insert(shift_sheets).values(row | {"content": dict(content)}).returning(shift_sheets.c.id)
    return SheetId((await conn.execute(made)).scalar_one())


async def sign(conn: AsyncConnection, sheet: SheetId, *, by: UserId, at: datetime) -> None:
    await conn.execute(insert(shift_signatures).values(sheet_id=sheet, signed_by=by, signed_at=at))


async def sheet(conn: AsyncConnection, ident: SheetId, *, scope: Scope) -> Sheet | None:
    """Locked, so that it is signed once; for the two who are named on it and those who work beside them."""
    await db.hold(conn, shift_sheets, ident=ident)
    query = _sheets(scope).where(shift_sheets.c.id == ident)
    row = (await conn.execute(query)).one_or_none()
    return Sheet(*row) if row else None


async def latest(conn: AsyncConnection, scope: Scope, *, most: int) -> list[Sheet]:
    query = _sheets(scope).order_by(shift_sheets.c.id.desc()).limit(most)
    return [Sheet(*row) for row in await conn.execute(query)]


def _sheets(scope: Scope) -> Select[Any]:
    query = (
        select(
            shift_sheets.c.id,
            shift_sheets.c.since,
            shift_sheets.c.made_at,
            shift_sheets.c.outgoing,
            outgoing.c.shown_as,
            shift_sheets.c.incoming,
            incoming.c.shown_as,
            shift_sheets.c.note,
            shift_sheets.c.content,
            shift_signatures.c.signed_at,
        )
        .join(outgoing, outgoing.c.id == shift_sheets.c.outgoing)
        .join(incoming, incoming.c.id == shift_sheets.c.incoming)
        .outerjoin(shift_signatures, shift_signatures.c.sheet_id == shift_sheets.c.id)
    )
    if scope.user is None:
        return query
    mine = select(postings.c.institution_id).where(
        postings.c.user_id == scope.user, postings.c.during.contains(scope.at)
    )
    beside = select(postings.c.user_id).where(
        postings.c.institution_id.in_(mine), postings.c.during.contains(scope.at)
    )
    named = (shift_sheets.c.outgoing, shift_sheets.c.incoming)
    return query.where(or_(*(who == scope.user for who in named), *(who.in_(beside) for who in named)))


async def colleagues(conn: AsyncConnection, besides: UserId) -> dict[str, tuple[UserId, str]]:
    """By login, who may answer alerts: to whom a shift may be handed."""
    answering = [role for role, may in GRANTS.items() if Permission.ALERT_ANSWER in may]
    query = select(users.c.login, users.c.id, users.c.shown_as).where(
        users.c.role.in_(answering), users.c.id != besides
    )
    found = await conn.execute(query.order_by(users.c.shown_as))
    return {row[0]: (UserId(row[1]), row[2]) for row in found}
