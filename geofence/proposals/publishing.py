"""What a proposal becomes: versions of zones and conditions, and absences, all from one moment on."""

from datetime import datetime

import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import NotFound
from core.model import UserId
from geofence import zones
from geofence.model import ConditionId, ConditionKind, Shape, ZoneId
from geofence.proposals.model import Content, Held, Proposal
from geofence.proposals.store import held as store

SAME_M = 0.01
"""A radius is stored with seven digits."""


async def put_in_force(
    conn: AsyncConnection, by: UserId, proposal: Proposal, *, since: datetime, now: datetime
) -> tuple[ZoneId, ConditionId | None]:
    """The zone and the condition that hold then."""
    target, content = proposal.target, proposal.content
    if target.order is None:
        return await _shared(conn, by, proposal, since=since), None
    if target.condition is None:
        zone = content.uses or await _made(conn, by, content, since=since)
        draft = _draft(content, zone, since=since)
        condition = await zones.attach(conn, by, order=target.order, draft=draft, now=now)
    else:
        zone, condition = await _revised(conn, by, proposal, since=since, now=now)
    for leave in content.leaves:
        period = {"since": leave.since, "until": leave.until}
        await zones.grant(conn, by, condition=condition, reason=leave.reason, **period)
    return zone, condition


async def _shared(conn: AsyncConnection, by: UserId, proposal: Proposal, *, since: datetime) -> ZoneId:
    target, content = proposal.target, proposal.content
    shape = _shape(content)
    if target.zone is None or target.zone_version is None:
        return await zones.create(conn, by, name=content.name, shape=shape, now=since, is_shared=True)
    await zones.publish(conn, by, zone=target.zone, after=target.zone_version, shape=shape, now=since)
    return target.zone


async def _revised(
    conn: AsyncConnection, by: UserId, proposal: Proposal, *, since: datetime, now: datetime
) -> tuple[ZoneId, ConditionId]:
    """A condition that already says so stays as it is: then only absences are new."""
    condition = proposal.target.condition
    old = await store.condition(conn, condition) if condition else None
    if condition is None or old is None:
        raise NotFound
    if (old.zone, old.zone_version) != (proposal.target.zone, proposal.target.zone_version):
        raise zones.ChangedMeanwhile
    zone = await _zone(conn, by, proposal.content, old=old, since=since)
    if zone == old.zone and _says_the_same(old.content, proposal.content):
        return zone, condition
    draft = _draft(proposal.content, zone, since=since)
    return zone, await zones.revise(conn, by, condition=condition, draft=draft, now=now)


async def _zone(conn: AsyncConnection, by: UserId, content: Content, *, old: Held, since: datetime) -> ZoneId:
    """A zone that others are bound to is not changed for the sake of one order: that one gets its own."""
    if content.uses is not None:
        return content.uses
    if not old.is_own:
        return await _made(conn, by, content, since=since)
    if not _is_drawn_alike(old.content.shape, _shape(content)):
        version, shape = old.zone_version, _shape(content)
        await zones.publish(conn, by, zone=old.zone, after=version, shape=shape, now=since)
    return old.zone


async def _made(conn: AsyncConnection, by: UserId, content: Content, *, since: datetime) -> ZoneId:
    return await zones.create(conn, by, name=content.name, shape=_shape(content), now=since)


def _draft(content: Content, zone: ZoneId, *, since: datetime) -> zones.Draft:
    kind = content.kind or ConditionKind.EXCLUSION
    return zones.Draft(zone, kind, content.hours, since, content.until)


def _shape(content: Content) -> Shape:
    if content.shape is None:
        raise NotFound
    return content.shape


def _says_the_same(old: Content, new: Content) -> bool:
    return (old.kind, old.hours, old.until) == (new.kind, new.hours, new.until)


def _is_drawn_alike(old: Shape | None, new: Shape) -> bool:
    return (
        old is not None
        and old.kind is new.kind
        and abs(old.radius_m - new.radius_m) < SAME_M
        and bool(shapely.equals_exact(old.geometry, new.geometry, tolerance=1e-9))
    )
