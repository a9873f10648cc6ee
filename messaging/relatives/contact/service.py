"""The status card, and visits and calls asked for against the balance."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.kin import KinScope, Relative
from core.model import PersonId
from inmates import store as people
from inmates.custody import service as custody
from inmates.custody.model import Standing
from inmates.entitlements import service as entitlements
from inmates.entitlements.model import Thing as Due
from inmates.legality import service as legality
from inmates.legality.model import Deed, DeedKind
from inmates.model import Person
from inmates.service import near, within
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from messaging.calls.service import booking as calls
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing
from messaging.relatives.contact import rules, store
from messaging.relatives.contact.model import Card, Decision, Entry, Left, Visit, VisitId
from messaging.relatives.kinship import rules as kinship_rules
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship.model import ClaimId

TASK: Final = "visit_request"


async def card(conn: AsyncConnection, relative: Relative, *, claim: ClaimId) -> Card:
    """What a confirmed relative may know; the person sees who looked."""
    found, person = await kinship.kin(conn, relative, claim=claim)
    now = clock.now()
    standing = await custody.standing(conn, person.id, at=now)
    visits = await store.of_person(conn, person.id)
    await kinship.looked(conn, relative, found, part="card")
    mine = [visit for visit in visits if visit.relative == relative.id]
    until = kinship_rules.fold(found.entries).until
    is_inside = standing is not None and not standing.is_over
    return Card(
        found.id,
        found.relation,
        rules.contact(standing, is_supervised=await _is_supervised(conn, person, standing, now=now)),
        await _place(conn, standing) if is_inside else None,
        standing.regime if standing and is_inside else None,
        rules.next_visit(mine, now=now),
        await _left(conn, person, visits, now=now) if is_inside else [],
        until or clock.today(),
    )


async def visits(conn: AsyncConnection, relative: Relative) -> Sequence[Visit]:
    """One's own requests, by their hour; those of a kinship that ended are not shown."""
    running = set()
    for claim in await kinship.listed(conn, relative):
        if kinship_rules.is_kin(kinship_rules.fold(claim.entries), on=clock.today()):
            running.add(claim.id)
    return [visit for visit in await store.own(conn, relative.id) if visit.claim in running]


async def book(
    conn: AsyncConnection,
    relative: Relative,
    *,
    claim: ClaimId,
    client_id: UUID,
    thing: Due,
    wanted_at: datetime,
) -> Visit:
    """Asked for; an officer confirms. The same request sent again is the one that is there."""
    found, person = await kinship.kin(conn, relative, claim=claim)
    await people.hold(conn, person.id)
    known = await store.visit_named(conn, found.id, client_id)
    if known is None:
        known = await _booked(
            conn, person, claim=found.id, client_id=client_id, thing=thing, wanted_at=wanted_at
        )
        await _told(conn, relative, known, claim=found.id, person=person.id)
    return await _own(conn, relative, known)


async def _booked(
    conn: AsyncConnection,
    person: Person,
    *,
    claim: ClaimId,
    client_id: UUID,
    thing: Due,
    wanted_at: datetime,
) -> VisitId:
    now = clock.now()
    standing = await custody.standing(conn, person.id, at=now)
    state = rules.contact(standing, is_supervised=await _is_supervised(conn, person, standing, now=now))
    others = await store.of_person(conn, person.id)
    pooled = entitlements.pool_of(thing, on=clock.today())
    due = {one.thing: one for one in await _left(conn, person, others, now=now)}
    law = kinship.law(clock.today())
    rules.check_booking(thing, wanted_at, balance=due.get(pooled), state=state, law=law, now=now)
    return await store.add_visit(conn, claim, client_id, thing=thing, wanted_at=wanted_at, at=now)


async def _told(
    conn: AsyncConnection, relative: Relative, visit: VisitId, *, claim: ClaimId, person: PersonId
) -> None:
    role = await near(conn, person)
    await tasks.add(conn, Wanted(person, TASK, role, clock.now(), TASK, visit))
    await audit.record(
        conn,
        None,
        action=KinScope.KIN_WRITE,
        subject_kind="person",
        subject=person,
        detail={"claim": claim, "visit": visit},
    )
    await mobile.announce(conn, relative.id, thing=Thing.VISIT, subject=visit)


async def cancel(conn: AsyncConnection, relative: Relative, *, visit: VisitId) -> Visit:
    found = await _own(conn, relative, visit)
    rules.check_decision(found, Decision.CANCELLED)
    await store.decide(conn, visit, Entry(Decision.CANCELLED, clock.now(), None, ""))
    await mobile.announce(conn, relative.id, thing=Thing.VISIT, subject=visit)
    return await _own(conn, relative, visit)


async def decide(
    conn: AsyncConnection, caller: Caller, *, visit: VisitId, decision: Decision, reason: str
) -> None:
    """By an officer. What has taken place is recorded against the balance then: by the line, or by hand."""
    found = await store.one(conn, visit, scope=within(caller))
    if found is None:
        raise NotFound
    rules.check_decision(found, decision)
    await store.decide(conn, visit, Entry(decision, clock.now(), caller.user, reason.strip()))
    if decision is Decision.CONFIRMED:
        await calls.confirmed(conn, found, by=caller.user)
    else:
        deed = Deed(DeedKind.VISIT_REFUSED, found.person, frozenset({caller.user}), clock.now(), visit)
        await legality.weigh(conn, deed)
    await tasks.settle(conn, caller, kind=TASK, subject=visit)
    await audit.record(
        conn,
        caller.user,
        action=Permission.KINSHIP_WRITE,
        subject_kind="person",
        subject=found.person,
        detail={"visit": visit, "decision": decision},
    )
    await mobile.announce(conn, found.relative, thing=Thing.VISIT, subject=visit)


async def waiting(conn: AsyncConnection, caller: Caller) -> Sequence[Visit]:
    return await store.undecided(conn, scope=within(caller), now=clock.now())


async def _own(conn: AsyncConnection, relative: Relative, visit: VisitId) -> Visit:
    found = await store.own_one(conn, relative.id, visit=visit)
    if found is None:
        raise NotFound
    await kinship.kin(conn, relative, claim=found.claim)
    return found


async def _left(
    conn: AsyncConnection, person: Person, visits: Sequence[Visit], *, now: datetime
) -> list[Left]:
    due = await entitlements.balances(conn, person)
    pool = partial(entitlements.pool_of, on=clock.today())
    return rules.left(due, visits, pool=pool, now=now)


async def _place(conn: AsyncConnection, standing: Standing | None) -> str | None:
    return (await people.houses(conn)).get(standing.institution_id) if standing else None


async def _is_supervised(
    conn: AsyncConnection, person: Person, standing: Standing | None, *, now: datetime
) -> bool:
    """In the books of a probation district, or of none."""
    if standing is None:
        return not await people.stays_somewhere(conn, person.id, at=now)
    kinds = await custody.institution_kinds(conn, {standing.institution_id})
    return kinds[standing.institution_id] == "probation_district"
