"""Recording uses against the balance, granting more, and the list of approved contacts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId
from inmates import store as people
from inmates.custody import service as custody
from inmates.entitlements import rules, store
from inmates.entitlements.model import (
    VISITS,
    Balance,
    Cause,
    Contact,
    ContactId,
    Grant,
    GrantId,
    Life,
    Outcome,
    Thing,
    Use,
    UseId,
)
from inmates.entitlements.rules import Law
from inmates.legality import service as legality
from inmates.legality.model import Deed, DeedKind
from inmates.model import Person
from inmates.service import known, opened, within


class AlreadyWithdrawn(Conflict):
    code = "already_withdrawn"


class ContactEnded(Conflict):
    code = "contact_ended"


class PeriodWrong(Invalid):
    """The last day lies before the first."""

    code = "contact_period_wrong"


@dataclass(frozen=True, slots=True)
class Record:
    """The entitlement part of a file for one year."""

    person: Person
    year: int
    balances: Sequence[Balance]
    pooled: dict[Thing, Thing]
    """Things that draw from the balance of another."""
    wage_share_percent: str | None
    """None: no rule is known where the person is."""
    uses: Sequence[Use]
    grants: Sequence[Grant]
    contacts: Sequence[Contact]
    rule_set: str


def law() -> Law:
    return Law.of(statutes.load(rules.STATUTE))


async def record(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, year: int | None = None
) -> Record:
    """This year as of today; another one as of its last day."""
    found = await opened(conn, caller, person=person, part="entitlements", action=Permission.ENTITLEMENT_READ)
    on = _day_of(year)
    held, life = law(), await _life(conn, found)
    uses, grants = (await store.uses_of(conn, [person]))[person], await store.grants_of(conn, person)
    pools = {thing: rules.pool(thing, held.on(on)) for thing in Thing}
    return Record(
        found,
        on.year,
        _balances(life, on=on, uses=uses, grants=grants, held=held),
        {thing: other for thing, other in pools.items() if other is not thing},
        rules.wage_share(life, on=on, law=held),
        [use for use in uses if use.at.astimezone(clock.HERE).year == on.year],
        [grant for grant in grants if grant.year == on.year],
        await store.contacts_of(conn, person),
        held.on(on).digest,
    )


def _balances(
    life: Life, *, on: date, uses: Sequence[Use], grants: Sequence[Grant], held: Law
) -> list[Balance]:
    return [
        rules.balance(thing, life, on=on, uses=uses, grants=grants, law=held, zone=clock.HERE)
        for thing in Thing
        if rules.pool(thing, held.on(on)) is thing
    ]


async def balances(conn: AsyncConnection, person: Person) -> list[Balance]:
    """Of this year, for services whose own guard let somebody ask: a confirmed relative."""
    uses, grants = (await store.uses_of(conn, [person.id]))[person.id], await store.grants_of(conn, person.id)
    life = await _life(conn, person)
    return _balances(life, on=clock.today(), uses=uses, grants=grants, held=law())


def pool_of(thing: Thing, *, on: date) -> Thing:
    """From whose balance it draws."""
    return rules.pool(thing, law().on(on))


async def use(conn: AsyncConnection, caller: Caller, *, person: PersonId, entered: Use) -> UseId:
    """Draws from the year's balance by the law of its day; refused beyond it."""
    found = await known(conn, caller, person=person)
    rules.check(entered, await _contact_of(conn, person, entered), now=clock.now(), zone=clock.HERE)
    await people.hold(conn, person)
    held, on = law(), entered.at.astimezone(clock.HERE).date()
    life = await _life(conn, found)
    balance = rules.balance(
        rules.pool(entered.thing, held.on(on)),
        life,
        on=on,
        uses=(await store.uses_of(conn, [person]))[person],
        grants=await store.grants_of(conn, person),
        law=held,
        zone=clock.HERE,
    )
    rules.decide(balance, life, on=on, outcome=entered.outcome, law=held)
    kept = await rule_sets.keep(conn, held.on(on))
    made = await store.add_use(conn, person, use=entered, rule_set=kept, by=caller.user)
    await _record(conn, caller, person, detail={"use": made, "thing": entered.thing})
    if entered.outcome is Outcome.CANCELLED and entered.cause is Cause.INSTITUTION:
        acting = frozenset({caller.user})
        await legality.weigh(conn, Deed(DeedKind.VISIT_CANCELLED, person, acting, clock.now(), made))
    return made


async def withdraw_use(conn: AsyncConnection, caller: Caller, *, use: UseId, reason: str) -> None:
    """Entered by mistake; it stays in the file, and draws nothing."""
    found = await store.use(conn, use, scope=within(caller))
    if found is None:
        raise NotFound
    person, entered = found
    await people.hold(conn, person)
    if entered.is_withdrawn:
        raise AlreadyWithdrawn
    await store.withdraw_use(conn, use, reason=reason, by=caller.user)
    await _record(conn, caller, person, detail={"use_withdrawn": use})


async def grant(conn: AsyncConnection, caller: Caller, *, person: PersonId, given: Grant) -> GrantId:
    """More than the law gives anyway, on a ground; an incentive of conduct calls this, too."""
    await known(conn, caller, person=person)
    made = await store.add_grant(conn, person, grant=given, by=caller.user)
    await _record(conn, caller, person, detail={"grant": made, "thing": given.thing, "count": given.count})
    return made


async def withdraw_grant(conn: AsyncConnection, caller: Caller, *, grant: GrantId, reason: str) -> None:
    found = await store.grant(conn, grant, scope=within(caller))
    if found is None:
        raise NotFound
    person, given = found
    await people.hold(conn, person)
    if given.is_withdrawn:
        raise AlreadyWithdrawn
    await store.withdraw_grant(conn, grant, reason=reason, by=caller.user)
    await _record(conn, caller, person, detail={"grant_withdrawn": grant})


async def approve(conn: AsyncConnection, caller: Caller, *, person: PersonId, contact: Contact) -> ContactId:
    """The caller approves, by name, and for a time."""
    await known(conn, caller, person=person)
    if contact.until is not None and contact.until < contact.since:
        raise PeriodWrong
    approved = replace(contact, approved_by=caller.user)
    made = await store.add_contact(conn, person, contact=approved)
    await _record(conn, caller, person, detail={"contact": made, "relation": contact.relation})
    return made


async def contacts(conn: AsyncConnection, person: PersonId) -> Sequence[Contact]:
    """The person's list, for services whose own guard let somebody ask."""
    return await store.contacts_of(conn, person)


async def end_contact(conn: AsyncConnection, caller: Caller, *, contact: ContactId, reason: str) -> None:
    found = await store.contact(conn, contact, scope=within(caller))
    if found is None:
        raise NotFound
    person, listed = found
    await people.hold(conn, person)
    if listed.ended_at is not None:
        raise ContactEnded
    await store.end_contact(conn, contact, at=clock.now(), reason=reason, by=caller.user)
    await _record(conn, caller, person, detail={"contact_ended": contact})


async def visits_lost(
    conn: AsyncConnection, people: Collection[PersonId], *, since: datetime, until: datetime
) -> dict[PersonId, dict[Cause, int]]:
    """For flags and the rights clock: visits that did not take place, by the side on which it lay."""
    used = await store.uses_of(conn, people)
    return {who: rules.visits_lost(used[who], since=since, until=until) for who in people}


async def visits_kept(conn: AsyncConnection, people: Collection[PersonId]) -> dict[PersonId, list[datetime]]:
    """For the rights clock: when a visit really took place."""
    return {who: rules.visits_kept(uses) for who, uses in (await store.uses_of(conn, people)).items()}


async def visits(conn: AsyncConnection, person: PersonId) -> list[Use]:
    """For flags: kept and lost ones, without what was written down by mistake."""
    used = (await store.uses_of(conn, [person]))[person]
    return [one for one in used if one.thing in VISITS and not one.is_withdrawn]


async def last_kept(conn: AsyncConnection, person: PersonId, *, thing: Thing) -> datetime | None:
    """For the rights clock: when something was last really had."""
    used = (await store.uses_of(conn, [person]))[person]
    kept = (one for one in used if one.thing is thing and one.outcome is Outcome.KEPT)
    return max((one.at for one in kept if not one.is_withdrawn), default=None)


async def _life(conn: AsyncConnection, person: Person) -> Life:
    spans = await custody.history(conn, person.id)
    kinds = await custody.institution_kinds(conn, {one.standing.institution_id for one in spans})
    born = [child.born_on for child in await custody.children(conn, person.id)]
    return Life(rules.held(spans, kinds, zone=clock.HERE), person.sex, born)


async def _contact_of(conn: AsyncConnection, person: PersonId, entered: Use) -> Contact | None:
    """Of this person's own list, or not approved."""
    if entered.contact_id is None:
        return None
    listed = await store.contacts_of(conn, person)
    found = next((one for one in listed if one.id == entered.contact_id), None)
    if found is None:
        raise rules.ContactNotApproved
    return found


def _day_of(year: int | None) -> date:
    today = clock.today()
    return today if year is None or year == today.year else date(year, 12, 31)


async def _record(conn: AsyncConnection, caller: Caller, person: PersonId, *, detail: dict[str, Any]) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.ENTITLEMENT_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
