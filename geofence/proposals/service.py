"""Proposals of zones and hours: drafted and edited by one, published by another, or withdrawn."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import Invalid, NotFound, Stale
from core.model import OrderId, PersonId
from geofence import reading
from geofence.model import ConditionId, ZoneId
from geofence.proposals import publishing
from geofence.proposals.model import (
    Collection,
    Content,
    Held,
    Leave,
    Listed,
    Proposal,
    ProposalId,
    SharedZone,
    State,
    Target,
)
from geofence.proposals.rules import content as rules
from geofence.proposals.store import held as held_store
from geofence.proposals.store import proposals as store
from geofence.refusals import ReasonMissing
from inmates import service as people

MOST = 200


class NotShared(Invalid):
    """Only a shared zone can be used by another order."""

    code: ClassVar[str] = "not_shared"


def sees_everybody(caller: Caller) -> bool:
    """A shared zone binds people of many officers: those who see them all keep it."""
    return people.within(caller).user is None and caller.may(Permission.ZONE_WRITE)


async def target_of_order(conn: AsyncConnection, caller: Caller, *, order: OrderId) -> Target:
    await reading.order_known(conn, caller, order=order)
    return Target(order)


async def held(conn: AsyncConnection, caller: Caller, *, condition: ConditionId) -> Held:
    """A condition as it is, to be revised; it shows where somebody lives: the reading is recorded."""
    await reading.condition_known(conn, caller, condition=condition)
    found = await held_store.condition(conn, condition)
    if found is None:
        raise NotFound
    await audit.record(
        conn, caller.user, action=Permission.RULE_READ, subject_kind="condition", subject=condition
    )
    return found


def target_of(found: Held, condition: ConditionId) -> Target:
    return Target(found.order, condition, found.zone, found.zone_version)


async def target_of_zone(conn: AsyncConnection, caller: Caller, *, zone: ZoneId | None) -> Target:
    """A shared zone, there or not yet: for who sees everybody; nobody else learns of it."""
    if not sees_everybody(caller):
        raise NotFound
    if zone is None:
        return Target()
    found = await held_store.shape_of(conn, zone) if await held_store.is_shared(conn, zone) else None
    if found is None:
        raise NotFound
    return Target(zone=zone, zone_version=found[1])


async def draft(conn: AsyncConnection, caller: Caller, *, target: Target, content: Content) -> ProposalId:
    """The target is one of those above: the caller may know it."""
    content = await _checked(conn, target, content)
    made = await store.add(conn, caller.user, target=target)
    await store.add_version(conn, caller.user, proposal=made, number=1, content=content)
    await _record(conn, caller, Permission.RULE_WRITE, proposal=made, version=1)
    return made


async def draft_absence(
    conn: AsyncConnection, caller: Caller, *, condition: ConditionId, leave: Leave
) -> ProposalId:
    """The condition as it is, but for an absence: a second pair of eyes authorises it."""
    found = await held(conn, caller, condition=condition)
    content = replace(found.content, reason=leave.reason, leaves=(leave,))
    return await draft(conn, caller, target=target_of(found, condition), content=content)


async def edit(
    conn: AsyncConnection, caller: Caller, *, proposal: ProposalId, after: int, content: Content
) -> int:
    """A new version; `after` is the one that was before the editor's eyes."""
    found = await known(conn, caller, proposal=proposal)
    rules.check_open(found.end)
    if found.last.number != after:
        raise Stale
    content = await _checked(conn, found.target, content)
    await store.add_version(conn, caller.user, proposal=proposal, number=after + 1, content=content)
    await _record(conn, caller, Permission.RULE_WRITE, proposal=proposal, version=after + 1)
    return after + 1


async def withdraw(conn: AsyncConnection, caller: Caller, *, proposal: ProposalId, reason: str = "") -> None:
    """Whoever refuses what others have written says why."""
    found, words = await known(conn, caller, proposal=proposal), reason.strip()
    rules.check_open(found.end)
    if not words and caller.user not in {version.made_by for version in found.versions}:
        raise ReasonMissing
    await store.add_end(conn, caller.user, proposal=found, kind=State.WITHDRAWN, reason=words or None)
    await _record(conn, caller, Permission.RULE_WRITE, proposal=proposal, version=found.last.number)


async def publish(
    conn: AsyncConnection, caller: Caller, *, proposal: ProposalId, after: int, now: datetime
) -> datetime:
    """By a second pair of eyes, of the version before them; gives when it binds."""
    found = await known(conn, caller, proposal=proposal)
    rules.check_open(found.end)
    rules.check_second((version.made_by for version in found.versions), caller.user)
    if found.last.number != after:
        raise Stale
    await _checked(conn, found.target, found.content)
    since = rules.binds_from(found.content, now)
    zone, condition = await publishing.put_in_force(conn, caller.user, found, since=since, now=now)
    await store.add_end(
        conn,
        caller.user,
        proposal=found,
        kind=State.PUBLISHED,
        binds_at=since,
        zone=zone,
        condition=condition,
    )
    await _record(conn, caller, Permission.RULE_PUBLISH, proposal=proposal, version=after)
    return since


async def known(conn: AsyncConnection, caller: Caller, *, proposal: ProposalId) -> Proposal:
    """The proposal, if it is about one of the caller's people; of a shared zone, for who sees everybody."""
    found = await store.proposal(conn, proposal)
    if found is None:
        raise NotFound
    if found.person is not None:
        await people.known(conn, caller, person=found.person)
    elif people.within(caller).user is not None:
        raise NotFound
    return found


async def opened(conn: AsyncConnection, caller: Caller, *, proposal: ProposalId) -> Proposal:
    """It shows where somebody lives: the reading is recorded."""
    found = await known(conn, caller, proposal=proposal)
    await _record(conn, caller, Permission.RULE_READ, proposal=proposal, version=found.last.number)
    return found


async def listed(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId | None = None,
    after: ProposalId | None = None,
    most: int = MOST,
) -> list[Listed]:
    scope = people.within(caller)
    return await store.listed(conn, scope, person=person, after=after, most=min(most, MOST + 1))


async def shared(conn: AsyncConnection) -> list[SharedZone]:
    return await held_store.shared(conn)


async def collections(conn: AsyncConnection) -> list[Collection]:
    return await held_store.collections(conn)


async def _checked(conn: AsyncConnection, target: Target, content: Content) -> Content:
    content = rules.settled(target, content)
    rules.check(target, content)
    if content.uses is not None and not await held_store.is_shared(conn, content.uses):
        raise NotShared
    return content


async def _record(
    conn: AsyncConnection, caller: Caller, action: Permission, *, proposal: ProposalId, version: int
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=action,
        subject_kind="proposal",
        subject=proposal,
        detail={"version": version},
    )
