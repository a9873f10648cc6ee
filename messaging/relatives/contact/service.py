"""The status card, and visits and calls asked for against the balance."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotAllowed, NotFound
from core.kin import KinScope, Relative
from core.model import PersonId
from inmates import store as people
from inmates.conduct import service as conduct
from inmates.custody import service as custody
from inmates.custody.model import Standing
from inmates.entitlements import service as entitlements
from inmates.entitlements.model import Thing as Due
from inmates.entitlements.model import Use, UseId
from inmates.model import Person
from inmates.service import near, within
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing
from messaging.relatives.contact import rules, store
from messaging.relatives.contact.model import ENDS, Bars, Card, Decision, Entry, Left, Visit, VisitId
from messaging.relatives.kinship import listing
from messaging.relatives.kinship import rules as kinship_rules
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship.model import Claim, ClaimId

TASK: Final = "visit_request"
TO_RECORD: Final = "visit_outcome"
RECORDED_WITHIN: Final = timedelta(days=1)


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
    barred = await _bars(conn, found, person.id, at=now)
    is_supervised = await _is_supervised(conn, person, standing, now=now)
    left = await _left(conn, person, visits, now=now) if is_inside else []
    return Card(
        found.id,
        found.relation,
        rules.contact(standing, is_supervised=is_supervised, is_shut=barred.is_shut),
        await _place(conn, standing) if is_inside else None,
        standing.regime if standing and is_inside else None,
        rules.next_visit(mine, now=now),
        [one for one in left if one.thing not in barred.things],
        rules.bookable(left, pool=partial(entitlements.pool_of, on=clock.today()), barred=barred.things),
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
        known = await _booked(conn, person, found, client_id=client_id, thing=thing, wanted_at=wanted_at)
        await _told(conn, relative, known, claim=found.id, person=person.id)
    return await _own(conn, relative, known)


async def _booked(
    conn: AsyncConnection,
    person: Person,
    claim: Claim,
    *,
    client_id: UUID,
    thing: Due,
    wanted_at: datetime,
) -> VisitId:
    """Who is on the list, and who is in the cell, is asked for the day of the visit."""
    now = clock.now()
    standing = await custody.standing(conn, person.id, at=now)
    barred = await _bars(conn, claim, person.id, at=wanted_at)
    is_supervised = await _is_supervised(conn, person, standing, now=now)
    state = rules.contact(standing, is_supervised=is_supervised, is_shut=barred.is_shut)
    others = await store.of_person(conn, person.id)
    pooled = entitlements.pool_of(thing, on=clock.today())
    due = {one.thing: one for one in await _left(conn, person, others, now=now)}
    law = kinship.law(clock.today())
    balance = due.get(pooled)
    rules.check_booking(
        thing, wanted_at, balance=balance, state=state, barred=barred.things, law=law, now=now
    )
    return await store.add_visit(conn, claim.id, client_id, thing=thing, wanted_at=wanted_at, at=now)


async def _bars(conn: AsyncConnection, claim: Claim, person: PersonId, *, at: datetime) -> Bars:
    on = at.astimezone(clock.HERE).date()
    listed = await listing.contact(conn, claim.id, person=person)
    is_in_cell = await conduct.is_in_cell(conn, person, on=on)
    return rules.bars(listed, is_in_cell=is_in_cell, law=kinship.law(clock.today()), at=at)


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
    rules.check_decision(found, Decision.CANCELLED, now=clock.now())
    await store.decide(conn, visit, Entry(Decision.CANCELLED, clock.now(), None, ""))
    await mobile.announce(conn, relative.id, thing=Thing.VISIT, subject=visit)
    return await _own(conn, relative, visit)


async def decide(
    conn: AsyncConnection, caller: Caller, *, visit: VisitId, decision: Decision, reason: str
) -> None:
    """By an officer: yes or no before its hour, what became of it afterwards."""
    found = await store.one(conn, visit, scope=within(caller))
    if found is None:
        raise NotFound
    rules.check_decision(found, decision, now=clock.now())
    used = await _used(conn, caller, found, decision=decision) if decision in ENDS else None
    await store.decide(conn, visit, Entry(decision, clock.now(), caller.user, reason.strip(), used))
    await tasks.settle(conn, caller, kind=TASK if used is None else TO_RECORD, subject=visit)
    if decision is Decision.CONFIRMED:
        role, due_at = await near(conn, found.person), found.wanted_at + RECORDED_WITHIN
        await tasks.add(conn, Wanted(found.person, TO_RECORD, role, due_at, TASK, visit))
    await audit.record(
        conn,
        caller.user,
        action=Permission.KINSHIP_WRITE,
        subject_kind="person",
        subject=found.person,
        detail={"visit": visit, "decision": decision},
    )
    await mobile.announce(conn, found.relative, thing=Thing.VISIT, subject=visit)


async def _used(conn: AsyncConnection, caller: Caller, visit: Visit, *, decision: Decision) -> UseId:
    """It draws from the balance as every use does, under the contact as whom the relative is listed."""
    if not caller.may(Permission.ENTITLEMENT_WRITE):
        raise NotAllowed
    outcome, cause = ENDS[decision]
    listed = await listing.contact(conn, visit.claim, person=visit.person)
    entered = Use(UseId(0), visit.thing, visit.wanted_at, outcome, cause, listed.id if listed else None)
    return await entitlements.use(conn, caller, person=visit.person, entered=entered)


async def waiting(conn: AsyncConnection, caller: Caller) -> Sequence[Visit]:
    return await store.undecided(conn, scope=within(caller), now=clock.now())


async def to_record(conn: AsyncConnection, caller: Caller) -> Sequence[Visit]:
    """Confirmed ones whose hour has come."""
    return await store.unended(conn, scope=within(caller), now=clock.now())


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
