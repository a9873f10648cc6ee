"""What administrators do to zones and conditions; whatever they change is in force within a second.

Nothing is ever edited in place (ADR-0009): a new shape closes the version before it at the same moment,
a changed condition closes its row and opens the next under the same number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, bus
from core.errors import Conflict, NotFound
from core.model import OrderId, PersonId, UserId
from geofence import feed
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ZoneId
from geofence.refusals import CurfewWithoutHours as CurfewWithoutHours  # noqa: PLC0414 - of this module's face
from geofence.refusals import InThePast as InThePast  # noqa: PLC0414 - of this module's face
from geofence.refusals import NameMissing as NameMissing  # noqa: PLC0414 - of this module's face
from geofence.refusals import PeriodEmpty as PeriodEmpty  # noqa: PLC0414 - of this module's face
from geofence.refusals import ReasonMissing as ReasonMissing  # noqa: PLC0414 - of this module's face
from geofence.rules import drawing
from geofence.store import zones as store

ALWAYS: Final = Hours()
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How far behind our clock a moment may lie and still count as now."""


class ChangedMeanwhile(Conflict):
    """Another administrator was first, or the row has ended: look again."""

    code: ClassVar[str] = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Draft:
    """A condition as an administrator writes it down."""

    zone: ZoneId
    kind: ConditionKind
    hours: Hours = ALWAYS
    since: datetime | None = None
    """None: from now on."""
    until: datetime | None = None


async def create(
    conn: AsyncConnection,
    by: UserId,
    *,
    name: str,
    shape: Shape,
    now: datetime,
    is_shared: bool = False,
) -> ZoneId:
    if not name.strip():
        raise NameMissing
    drawing.check(shape)
    zone = await store.add_zone(conn, name.strip(), by=by, is_shared=is_shared)
    await store.add_version(conn, zone, number=1, shape=shape, since=now, by=by)
    await audit.record(conn, by, action="zone:write", subject_kind="zone", subject=zone)
    return zone


async def publish(
    conn: AsyncConnection, by: UserId, *, zone: ZoneId, after: int, shape: Shape, now: datetime
) -> int:
    """A new shape from now on; `after` is the version the administrator had before their eyes."""
    drawing.check(shape)
    last = await store.last_version(conn, zone)
    if last is None:
        raise NotFound
    if last.number != after or (last.since and last.since >= now):
        raise ChangedMeanwhile(version=last.number)
    await store.end_version(conn, zone, number=after, at=now)
    await store.add_version(conn, zone, number=after + 1, shape=shape, since=now, by=by)
    detail = {"version": after + 1}
    await audit.record(conn, by, action="zone:write", subject_kind="zone", subject=zone, detail=detail)
    await bus.announce_sa(conn, feed.terms(await store.people_of(conn, zone), zone=zone))
    return after + 1


async def attach(
    conn: AsyncConnection, by: UserId, *, order: OrderId, draft: Draft, now: datetime
) -> ConditionId:
    """One more condition of an order."""
    since = _checked(draft, now)
    person = await store.person_of(conn, order)
    if person is None or await store.last_version(conn, draft.zone) is None:
        raise NotFound
    number = await store.next_number(conn, order)
    return await _add(conn, by, order=order, person=person, number=number, draft=draft, since=since)


async def revise(
    conn: AsyncConnection, by: UserId, *, condition: ConditionId, draft: Draft, now: datetime
) -> ConditionId:
    """Other hours, another zone or another end for a condition; its breaches go on under the same name."""
    since = _checked(draft, now)
    old = await _in_force(conn, condition, at=since)
    if await store.last_version(conn, draft.zone) is None:
        raise NotFound
    await store.end_condition(conn, condition, at=since)
    return await _add(
        conn, by, order=old.order, person=old.person, number=old.number, draft=draft, since=since
    )


async def end(
    conn: AsyncConnection, by: UserId, *, condition: ConditionId, at: datetime, now: datetime
) -> None:
    if at < now - CLOCKS_DIFFER:
        raise InThePast
    old = await _in_force(conn, condition, at=at)
    await store.end_condition(conn, condition, at=at)
    await audit.record(
        conn,
        by,
        action="condition:write",
        subject_kind="condition",
        subject=condition,
        detail={"ended": True},
    )
    await bus.announce_sa(conn, feed.terms([old.person], condition=condition))


async def grant(
    conn: AsyncConnection,
    by: UserId,
    *,
    condition: ConditionId,
    since: datetime,
    until: datetime,
    reason: str,
) -> int:
    """Excuse somebody from a condition for a while, also for a while that has been: replay then annuls."""
    if not reason.strip():
        raise ReasonMissing
    if since >= until:
        raise PeriodEmpty
    held = await store.condition(conn, condition)
    if held is None:
        raise NotFound
    absence = await store.add_absence(conn, condition, since=since, until=until, reason=reason.strip(), by=by)
    detail = {"absence": absence}
    await audit.record(
        conn, by, action="absence:write", subject_kind="condition", subject=condition, detail=detail
    )
    await bus.announce_sa(conn, feed.terms([held.person], condition=condition))
    return absence


async def end_absence(conn: AsyncConnection, by: UserId, *, absence: int, now: datetime) -> None:
    """The condition holds again from now on; what was excused until now stays excused."""
    condition = await store.end_absence(conn, absence, at=now, by=by)
    held = await store.condition(conn, condition) if condition else None
    if condition is None or held is None:
        raise ChangedMeanwhile
    detail = {"absence": absence, "ended": True}
    await audit.record(
        conn, by, action="absence:write", subject_kind="condition", subject=condition, detail=detail
    )
    await bus.announce_sa(conn, feed.terms([held.person], condition=condition))


def _checked(draft: Draft, now: datetime) -> datetime:
    since = draft.since or now
    if since < now - CLOCKS_DIFFER:
        raise InThePast
    if draft.until and draft.until <= since:
        raise PeriodEmpty
    drawing.check_hours(draft.hours)
    if draft.kind is ConditionKind.CURFEW and not draft.hours.weekly:
        raise CurfewWithoutHours
    return since


async def _in_force(conn: AsyncConnection, wanted: ConditionId, *, at: datetime) -> store.Condition:
    held = await store.condition(conn, wanted)
    if held is None:
        raise NotFound
    if (held.since and held.since >= at) or (held.until and held.until <= at):
        raise ChangedMeanwhile
    return held


async def _add(
    conn: AsyncConnection,
    by: UserId,
    *,
    order: OrderId,
    person: PersonId,
    number: int,
    draft: Draft,
    since: datetime,
) -> ConditionId:
    made = await store.add_condition(
        conn,
        order,
        number=number,
        zone=draft.zone,
        kind=draft.kind,
        when=draft.hours,
        since=since,
        until=draft.until,
        by=by,
    )
    await audit.record(conn, by, action="condition:write", subject_kind="condition", subject=made)
    await bus.announce_sa(conn, feed.terms([person], condition=made))
    return made
