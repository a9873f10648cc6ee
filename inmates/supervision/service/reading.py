"""Everything about a person's orders, with what each obligation is checked by: read, and recorded as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Permission
from core.model import PersonId
from inmates.model import Person
from inmates.service import opened
from inmates.supervision import rules
from inmates.supervision.bracelets import Bracelets
from inmates.supervision.kinds import CheckOutcome, Obstacle
from inmates.supervision.model import (
    Assignment,
    Checked,
    Circumstance,
    Draft,
    Fitting,
    Held,
    Measure,
    Obligation,
    Registration,
    Watched,
    Worn,
)
from inmates.supervision.service import fitting, law
from inmates.supervision.store import fittings, measures, obligations, orders

AHEAD: Final = timedelta(days=45)
"""How far registrations to come are shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """One obligation in the version that holds, the versions before it, and what was found."""

    now: Obligation
    before: Sequence[Obligation]
    checks: Sequence[Checked]
    registrations: Sequence[Registration]
    zones: Sequence[str]
    """Of a GPS-checked one; none: nobody has drawn it yet, so nobody watches it."""


@dataclass(frozen=True, slots=True)
class OrderFile:
    order: Held
    holds: bool
    assignment: Assignment | None
    obligations: Sequence[Told]
    worn: Sequence[Worn]
    measures: Sequence[Measure]
    obstacles: Sequence[Obstacle]
    """What the guard would say to the caller who came with a device now."""


@dataclass(frozen=True, slots=True)
class File:
    person: Person
    drafts: Sequence[Draft]
    orders: Sequence[OrderFile]
    circumstances: Sequence[Circumstance]
    fittings: Sequence[Fitting]


async def file(conn: AsyncConnection, caller: Caller, bracelets: Bracelets, *, person: PersonId) -> File:
    found = await opened(conn, caller, person=person, part="supervision", action=Permission.ORDER_READ)
    held = await orders.orders_of(conn, person)
    told = await fittings.circumstances_of(conn, person)
    return File(
        found,
        await orders.drafts_of(conn, person),
        [await _order(conn, caller, bracelets, person=found, order=order) for order in held],
        rules.in_force(told, on=clock.today()),
        await fittings.fittings_of(conn, person),
    )


async def _order(
    conn: AsyncConnection, caller: Caller, bracelets: Bracelets, *, person: Person, order: Held
) -> OrderFile:
    versions = await obligations.of_orders(conn, [order.id])
    checks = await obligations.checks(conn, [order.id])
    watched = await bracelets.watched(conn, order=order.id, at=clock.now())
    by_number: dict[int, list[Obligation]] = {}
    for version in versions:
        by_number.setdefault(version.number, []).append(version)
    return OrderFile(
        order,
        order.holds(clock.now()),
        await orders.assigned(conn, order.id),
        [_told(listed, checks, watched) for listed in by_number.values()],
        await bracelets.worn(conn, order=order.id),
        await measures.of_orders(conn, [order.id]),
        await fitting.guard(conn, caller, person=person, order=order),
    )


def _told(versions: Sequence[Obligation], checks: Sequence[Checked], watched: Sequence[Watched]) -> Told:
    now = versions[-1]
    of_it = [one for one in checks if one.number == now.number]
    zones = [one.zone_name for one in watched if one.kind is now.duty.kind]
    return Told(now, versions[:-1], of_it, registrations(versions, of_it, today=clock.today()), zones)


def registrations(
    versions: Sequence[Obligation], checks: Sequence[Checked], *, today: date
) -> list[Registration]:
    """Of all versions, each by its own number a month; those to come soon too."""
    began = versions[0].begins_at.astimezone(clock.HERE).date()
    kept = [one.on for one in checks if one.outcome is not CheckOutcome.BROKEN and one.on >= began]
    dues: list[date] = []
    for version in versions:
        if version.duty.a_month is not None:
            since = version.begins_at.astimezone(clock.HERE).date()
            ends = version.ends_at.astimezone(clock.HERE).date() if version.ends_at else today + AHEAD
            dues += rules.due_dates(since, min(ends, today + AHEAD), a_month=version.duty.a_month)
    return rules.registrations(dues, kept, today=today, calendar=law.working_days(today))
