"""One pair as it stands now: both positions are read for it, and that is recorded of both."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.model import PersonId
from dashboards.pairs import rules, store
from dashboards.pairs.rules import Apart
from geofence import policies, relations
from geofence.consents import service as consents
from geofence.consents.service import Bound
from geofence.relations.model import Basis, RelationId
from inmates import store as people
from inmates.model import Person
from inmates.service import within

BASIS = Basis(policies.in_force().at, relations.valid_at)


@dataclass(frozen=True, slots=True)
class Card:
    bound: Bound
    holds: bool
    apart: Apart | None
    """None: nobody agreed to be located for it, or it is over; nothing was read."""
    broken: tuple[datetime, int | None] | None
    named: dict[PersonId, Person]
    """Of the two those whom the caller may know of."""


async def opened(conn: AsyncConnection, caller: Caller, *, relation: RelationId) -> Card:
    bound, now = await consents.known(conn, caller, relation=relation), clock.now()
    one = bound.relation
    holds = (one.begins_at is None or one.begins_at <= now) and (one.ends_at is None or now < one.ends_at)
    may_look = holds and bound.consent.stands
    found = await _apart(conn, bound, now=now) if may_look else None
    for person in (one.person_id, one.other_id):
        await audit.record(
            conn,
            caller.user,
            action=Permission.TRACK_READ,
            subject_kind="person",
            subject=person,
            detail={"part": "pair", "relation": relation, "looked": may_look},
        )
    broken = (await store.broken(conn, [relation])).get(relation)
    return Card(bound, holds, found, broken, await named(conn, caller, [bound]))


async def named(conn: AsyncConnection, caller: Caller, bound: list[Bound]) -> dict[PersonId, Person]:
    whom = {person for one in bound for person in (one.relation.person_id, one.relation.other_id)}
    return await people.named(conn, whom, scope=within(caller))


async def _apart(conn: AsyncConnection, bound: Bound, *, now: datetime) -> Apart:
    one = bound.relation
    person = await store.newest(conn, one.person_id, now=now)
    other = await store.newest(conn, one.other_id, now=now)
    return rules.apart(person, other, one.distance_m, basis=BASIS, now_us=clock.to_us(now))
