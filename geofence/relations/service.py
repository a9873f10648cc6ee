"""What administrators do to relations between two wearers, and what officers read of them.

Nothing is edited in place (ADR-0009): another distance is another relation, from its own moment on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, bus
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import OrderId, PersonId, UserId
from geofence import feed
from geofence.relations.model import RelationId, RelationKind
from geofence.store import drawn
from geofence.store import relations as store
from geofence.zones import CLOCKS_DIFFER, ChangedMeanwhile, InThePast, PeriodEmpty
from inmates import service as people


class ConsentMissing(Invalid):
    """Nobody is bound to somebody who did not agree to carry a device."""

    code: ClassVar[str] = "consent_missing"


class RelationToOneself(Invalid):
    code: ClassVar[str] = "relation_to_oneself"


class RelationOverlaps(Conflict):
    """The two have a relation at that time already: end it first."""

    code: ClassVar[str] = "relation_overlaps"


@dataclass(frozen=True, slots=True)
class Draft:
    """A relation as an administrator writes it down."""

    other: PersonId
    kind: RelationKind
    distance_m: float
    consent: str
    """Where it lies that the other agreed, or was told to escort."""
    since: datetime | None = None
    """None: from now on."""
    until: datetime | None = None


async def add(
    conn: AsyncConnection, caller: Caller, *, order: OrderId, draft: Draft, now: datetime
) -> RelationId:
    person = await _person(conn, caller, order=order)
    since = _checked(draft, person=person, now=now)
    await people.known(conn, caller, person=draft.other)
    made = await store.add(
        conn,
        order,
        person=person,
        other=draft.other,
        kind=draft.kind,
        distance_m=draft.distance_m,
        since=since,
        until=draft.until,
        consent=draft.consent.strip(),
        by=caller.user,
    )
    if made is None:
        raise RelationOverlaps
    await _record(conn, caller.user, relation=made, person=person, other=draft.other, ended=False)
    return made


async def end(
    conn: AsyncConnection, caller: Caller, *, relation: RelationId, at: datetime | None, now: datetime
) -> None:
    held, moment = await store.one(conn, relation), at or now
    if held is None:
        raise NotFound
    await people.known(conn, caller, person=held.person_id)
    if moment < now - CLOCKS_DIFFER:
        raise InThePast
    if (held.begins_at and held.begins_at >= moment) or (held.ends_at and held.ends_at <= moment):
        raise ChangedMeanwhile
    await store.end(conn, relation, at=moment)
    await _record(
        conn, caller.user, relation=relation, person=held.person_id, other=held.other_id, ended=True
    )


async def of_order(conn: AsyncConnection, caller: Caller, *, order: OrderId) -> Sequence[store.Written]:
    """A part of the file, recorded as read."""
    person = await _person(conn, caller, order=order)
    await people.opened(conn, caller, person=person, part="relations")
    return await store.of_order(conn, order)


async def _person(conn: AsyncConnection, caller: Caller, *, order: OrderId) -> PersonId:
    """Whom the order binds, if that is one of the caller's people."""
    person = await drawn.person_of_order(conn, order)
    if person is None:
        raise NotFound
    return (await people.known(conn, caller, person=person)).id


def _checked(draft: Draft, *, person: PersonId, now: datetime) -> datetime:
    since = draft.since or now
    if since < now - CLOCKS_DIFFER:
        raise InThePast
    if draft.until and draft.until <= since:
        raise PeriodEmpty
    if draft.other == person:
        raise RelationToOneself
    if not draft.consent.strip():
        raise ConsentMissing
    return since


async def _record(
    conn: AsyncConnection, by: UserId, *, relation: RelationId, person: PersonId, other: PersonId, ended: bool
) -> None:
    """Also of the other one's file: it says where they may be met."""
    for whom in (person, other):
        await audit.record(
            conn,
            by,
            action=Permission.CONDITION_WRITE,
            subject_kind="person",
            subject=whom,
            detail={"relation": relation, "ended": ended},
        )
    await bus.announce_sa(conn, feed.terms([person], relation=relation))
