"""What officers read of alerts and zones: within their people only, and each reading is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotAllowed, NotFound
from core.model import OrderId, PersonId
from geofence.model import AlertId, ConditionId
from geofence.store import drawn, queue
from geofence.zones import PeriodEmpty, ReasonMissing
from inmates import service as people

MOST = 200


@dataclass(frozen=True, slots=True)
class Page:
    alerts: Sequence[queue.Queued]
    total: int
    after: AlertId | None
    """Where the next page begins; None: this was the last."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One alert with everything that explains it."""

    alert: queue.Queued
    entries: Sequence[queue.Told]


async def alerts(
    conn: AsyncConnection, caller: Caller, *, wanted: queue.Wanted, after: AlertId | None, most: int
) -> Page:
    scope, most = people.within(caller), min(most, MOST)
    found = await queue.queued(conn, scope, wanted=wanted, after=after, most=most + 1)
    total = await queue.count(conn, scope, wanted=wanted)
    page = found[:most]
    return Page(page, total, page[-1].id if len(found) > most else None)


async def known(conn: AsyncConnection, caller: Caller, *, alert: AlertId) -> queue.Queued:
    """The alert, if it is about one of the caller's people."""
    wanted = queue.Wanted(alert=alert)
    found = await queue.queued(conn, people.within(caller), wanted=wanted, most=1)
    if not found:
        raise NotFound
    return found[0]


async def alert(conn: AsyncConnection, caller: Caller, *, alert: AlertId) -> Opened:
    """One alert; its evidence shows where a person was, so the reading is recorded."""
    found = await known(conn, caller, alert=alert)
    await audit.record(
        conn,
        caller.user,
        action=Permission.ALERT_READ,
        subject_kind="alert",
        subject=alert,
        detail={"person": found.person_id},
    )
    return Opened(found, await queue.entries(conn, alert))


async def zones(conn: AsyncConnection, caller: Caller, *, box: drawn.Box) -> list[drawn.Drawn]:
    return await drawn.in_box(conn, people.within(caller), box=box)


async def zones_of(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> list[drawn.Drawn]:
    """Where somebody lives and may not go: a part of the file, recorded as read."""
    await people.opened(conn, caller, person=person, part="zones")
    return await drawn.of_person(conn, person, at=clock.now())


async def conditions_of(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> list[drawn.Condition]:
    await people.admitted(conn, caller, person=person, action=Permission.PERSON_READ)
    return await drawn.conditions_of(conn, person, at=clock.now())


async def replayed(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    since: datetime,
    until: datetime,
    rules: str,
    why: str,
) -> None:
    """Somebody's track is about to be folded again: recorded like any reading of it, with the reason."""
    if not caller.may(Permission.TRACK_READ):
        raise NotAllowed
    if not why.strip():
        raise ReasonMissing
    if since >= until:
        raise PeriodEmpty
    await people.known(conn, caller, person=person)
    await audit.record(
        conn,
        caller.user,
        action=Permission.TRACK_READ,
        subject_kind="person",
        subject=person,
        why=why.strip(),
        detail={"since": since.isoformat(), "until": until.isoformat(), "rules": rules},
    )


async def order_known(conn: AsyncConnection, caller: Caller, *, order: OrderId) -> None:
    """404 unless the order is about one of the caller's people."""
    await _person_known(conn, caller, person=await drawn.person_of_order(conn, order))


async def condition_known(conn: AsyncConnection, caller: Caller, *, condition: ConditionId) -> None:
    await _person_known(conn, caller, person=await drawn.person_of_condition(conn, condition))


async def absence_known(conn: AsyncConnection, caller: Caller, *, absence: int) -> None:
    await _person_known(conn, caller, person=await drawn.person_of_absence(conn, absence))


async def _person_known(conn: AsyncConnection, caller: Caller, *, person: PersonId | None) -> None:
    if person is None:
        raise NotFound
    await people.known(conn, caller, person=person)
