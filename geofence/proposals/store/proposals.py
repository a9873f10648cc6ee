"""Proposals with their versions and ends; lists of them within somebody's people."""

from datetime import datetime
from typing import Any

import msgspec
import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import Select, and_, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import OrderId, PersonId, UserId
from core.tables import users
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ShapeKind, ZoneId
from geofence.proposals.model import Content, End, Leave, Listed, Proposal, ProposalId, State, Target, Version
from geofence.proposals.tables import zone_proposal_ends, zone_proposal_versions, zone_proposals
from inmates import store as people
from inmates.model import Scope
from inmates.tables import orders, persons

versions = zone_proposal_versions.c


async def add(conn: AsyncConnection, by: UserId, *, target: Target) -> ProposalId:
    values = {
        "order_id": target.order,
        "condition_id": target.condition,
        "zone_id": target.zone,
        "zone_version": target.zone_version,
        "made_by": by,
    }
    query = insert(zone_proposals).values(values).returning(zone_proposals.c.id)
    return ProposalId((await conn.execute(query)).scalar_one())


async def add_version(
    conn: AsyncConnection, by: UserId, *, proposal: ProposalId, number: int, content: Content
) -> None:
    values = {
        "proposal_id": proposal,
        "number": number,
        "name": content.name.strip(),
        "kind": content.kind,
        "uses_zone_id": content.uses,
        "hours": msgspec.to_builtins(content.hours),
        "leaves": msgspec.to_builtins(content.leaves),
        "begins_at": content.since,
        "ends_at": content.until,
        "reason": content.reason.strip(),
        "made_by": by,
    }
    if content.shape is not None:
        values |= {
            "shape": content.shape.kind,
            "geom": WKBElement(shapely.to_wkb(content.shape.geometry), srid=4326),
            "radius_m": content.shape.radius_m,
        }
    await conn.execute(insert(zone_proposal_versions).values(values))


async def add_end(
    conn: AsyncConnection,
    by: UserId,
    *,
    proposal: Proposal,
    kind: State,
    binds_at: datetime | None = None,
    zone: ZoneId | None = None,
    condition: ConditionId | None = None,
    reason: str | None = None,
) -> None:
    values = {
        "proposal_id": proposal.id,
        "kind": kind,
        "number": proposal.last.number,
        "drafted_by": proposal.last.made_by,
        "by_user": by,
        "binds_at": binds_at,
        "zone_id": zone,
        "condition_id": condition,
        "reason": reason,
    }
    await conn.execute(insert(zone_proposal_ends).values(values))


async def proposal(conn: AsyncConnection, wanted: ProposalId) -> Proposal | None:
    """Locked against whoever edits or ends it."""
    query = (
        select(
            zone_proposals.c.order_id,
            zone_proposals.c.condition_id,
            zone_proposals.c.zone_id,
            zone_proposals.c.zone_version,
            orders.c.person_id,
        )
        .outerjoin(orders, orders.c.id == zone_proposals.c.order_id)
        .where(zone_proposals.c.id == wanted)
    )
    await db.hold(conn, zone_proposals, ident=wanted)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    *target, person = row
    return Proposal(wanted, _target(*target), person, await _versions(conn, wanted), await _end(conn, wanted))


def _target(order: int | None, condition: int | None, zone: int | None, version: int | None) -> Target:
    return Target(
        OrderId(order) if order else None,
        ConditionId(condition) if condition else None,
        ZoneId(zone) if zone else None,
        version,
    )


async def _versions(conn: AsyncConnection, wanted: ProposalId) -> tuple[Version, ...]:
    query = (
        select(zone_proposal_versions, func.st_asbinary(versions.geom).label("wkb"), users.c.shown_as)
        .join(users, users.c.id == versions.made_by)
        .where(versions.proposal_id == wanted)
        .order_by(versions.number)
    )
    return tuple(
        Version(row.number, _content(row), UserId(row.made_by), row.shown_as, row.made_at)
        for row in await conn.execute(query)
    )


def _content(row: Any) -> Content:
    shape = None
    if row.wkb is not None:
        shape = Shape(ShapeKind(row.shape), shapely.from_wkb(bytes(row.wkb)), float(row.radius_m))
    return Content(
        row.name,
        row.reason,
        shape,
        ZoneId(row.uses_zone_id) if row.uses_zone_id else None,
        ConditionKind(row.kind) if row.kind else None,
        msgspec.convert(row.hours, Hours),
        msgspec.convert(row.leaves, tuple[Leave, ...]),
        row.begins_at,
        row.ends_at,
    )


async def _end(conn: AsyncConnection, wanted: ProposalId) -> End | None:
    ends = zone_proposal_ends.c
    query = (
        select(zone_proposal_ends, users.c.shown_as)
        .join(users, users.c.id == ends.by_user)
        .where(ends.proposal_id == wanted)
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    return End(
        State(row.kind),
        row.number,
        UserId(row.by_user),
        row.shown_as,
        row.at,
        row.binds_at,
        ZoneId(row.zone_id) if row.zone_id else None,
        ConditionId(row.condition_id) if row.condition_id else None,
        row.reason,
    )


async def listed(
    conn: AsyncConnection, scope: Scope, *, person: PersonId | None, after: ProposalId | None, most: int
) -> list[Listed]:
    """The newest first; of shared zones only for who sees everybody."""
    query = lines().order_by(zone_proposals.c.id.desc()).limit(most)
    if scope.user is not None:
        query = query.where(people.seen_by(scope, orders.c.person_id))
    if person is not None:
        query = query.where(orders.c.person_id == person)
    if after is not None:
        query = query.where(zone_proposals.c.id < after)
    return [line(row) for row in await conn.execute(query)]


def published_by(user: UserId, scope: Scope) -> Select[Any]:
    """The proposals that one user published, as papers are listed."""
    query = (
        select(
            zone_proposals.c.id.label("subject"),
            zone_proposal_ends.c.at,
            versions.name.label("called"),
            orders.c.person_id,
        )
        .join(zone_proposal_ends, zone_proposal_ends.c.proposal_id == zone_proposals.c.id)
        .join(
            zone_proposal_versions,
            and_(versions.proposal_id == zone_proposals.c.id, versions.number == zone_proposal_ends.c.number),
        )
        .outerjoin(orders, orders.c.id == zone_proposals.c.order_id)
        .where(zone_proposal_ends.c.by_user == user, zone_proposal_ends.c.kind == State.PUBLISHED)
    )
    return query if scope.user is None else query.where(people.seen_by(scope, orders.c.person_id))


def line(row: Any) -> Listed:
    return Listed(
        ProposalId(row.id),
        row.name,
        ConditionKind(row.kind) if row.kind else None,
        PersonId(row.person_id) if row.person_id else None,
        f"{row.surname} {row.given_name}" if row.person_id else None,
        row.zone_id is None,
        UserId(row.made_by),
        row.shown_as,
        row.made_at,
        State(row.ended or State.WAITING),
    )


def lines() -> Select[Any]:
    newest = select(func.max(versions.number)).where(versions.proposal_id == zone_proposals.c.id)
    is_newest = versions.number == newest.correlate(zone_proposals).scalar_subquery()
    return (
        select(
            zone_proposals.c.id,
            zone_proposals.c.zone_id,
            versions.name,
            versions.kind,
            versions.made_by,
            versions.made_at,
            users.c.shown_as,
            orders.c.person_id,
            persons.c.surname,
            persons.c.given_name,
            zone_proposal_ends.c.kind.label("ended"),
        )
        .join(zone_proposal_versions, and_(versions.proposal_id == zone_proposals.c.id, is_newest))
        .join(users, users.c.id == versions.made_by)
        .outerjoin(orders, orders.c.id == zone_proposals.c.order_id)
        .outerjoin(persons, persons.c.id == orders.c.person_id)
        .outerjoin(zone_proposal_ends, zone_proposal_ends.c.proposal_id == zone_proposals.c.id)
    )
