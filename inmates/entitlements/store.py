"""Contacts, uses and grants as the records hold them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, any_, cast, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.entitlements.model import (
    Cause,
    Contact,
    ContactId,
    Grant,
    GrantId,
    Outcome,
    Relation,
    Thing,
    Use,
    UseId,
)
from inmates.entitlements.tables import (
    contact_ends,
    contacts,
    grant_withdrawals,
    grants,
    use_withdrawals,
    uses,
)
from inmates.model import Scope
from inmates.store import seen_by


async def uses_of(conn: AsyncConnection, people: Collection[PersonId]) -> dict[PersonId, list[Use]]:
    """The newest first; those entered by mistake say so."""
    query = (
        _uses()
        .where(uses.c.person_id == any_(cast(list(people), ARRAY(BigInteger))))
        .order_by(uses.c.at.desc(), uses.c.id.desc())
    )
    found: dict[PersonId, list[Use]] = {person: [] for person in people}
    for row in await conn.execute(query):
        found[PersonId(row.person_id)].append(_use(row))
    return found


async def use(conn: AsyncConnection, ident: UseId, *, scope: Scope) -> tuple[PersonId, Use] | None:
    query = _uses().where(uses.c.id == ident, seen_by(scope, uses.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return (PersonId(row.person_id), _use(row)) if row else None


async def add_use(conn: AsyncConnection, person: PersonId, *, use: Use, rule_set: str, by: UserId) -> UseId:
    row = {
        "person_id": person,
        "thing": use.thing,
        "at": use.at,
        "outcome": use.outcome,
        "cause": use.cause,
        "contact_id": use.contact_id,
        "rule_set": rule_set,
        "made_by": by,
    }
    return UseId((await conn.execute(insert(uses).values(row).returning(uses.c.id))).scalar_one())


async def withdraw_use(conn: AsyncConnection, ident: UseId, *, reason: str, by: UserId) -> None:
    await conn.execute(insert(use_withdrawals).values(use_id=ident, reason=reason, made_by=by))


async def grants_of(conn: AsyncConnection, person: PersonId) -> list[Grant]:
    """The newest first."""
    query = _grants().where(grants.c.person_id == person).order_by(grants.c.id.desc())
    return [_grant(row) for row in await conn.execute(query)]


async def grant(conn: AsyncConnection, ident: GrantId, *, scope: Scope) -> tuple[PersonId, Grant] | None:
    query = _grants().where(grants.c.id == ident, seen_by(scope, grants.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return (PersonId(row.person_id), _grant(row)) if row else None


async def add_grant(conn: AsyncConnection, person: PersonId, *, grant: Grant, by: UserId) -> GrantId:
    row = {
        "person_id": person,
        "thing": grant.thing,
        "year": grant.year,
        "count": grant.count,
        "ground": grant.ground,
        "made_by": by,
    }
    return GrantId((await conn.execute(insert(grants).values(row).returning(grants.c.id))).scalar_one())


async def withdraw_grant(conn: AsyncConnection, ident: GrantId, *, reason: str, by: UserId) -> None:
    await conn.execute(insert(grant_withdrawals).values(grant_id=ident, reason=reason, made_by=by))


async def contacts_of(conn: AsyncConnection, person: PersonId) -> list[Contact]:
    """By name."""
    query = _contacts().where(contacts.c.person_id == person).order_by(contacts.c.name, contacts.c.id)
    return [_contact(row) for row in await conn.execute(query)]


async def contact(
    conn: AsyncConnection, ident: ContactId, *, scope: Scope
) -> tuple[PersonId, Contact] | None:
    query = _contacts().where(contacts.c.id == ident, seen_by(scope, contacts.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return (PersonId(row.person_id), _contact(row)) if row else None


async def add_contact(conn: AsyncConnection, person: PersonId, *, contact: Contact) -> ContactId:
    row = {
        "person_id": person,
        "name": contact.name,
        "relation": contact.relation,
        "approved_by": contact.approved_by,
        "since": contact.since,
        "until": contact.until,
        "barred": sorted(contact.barred),
    }
    made = await conn.execute(insert(contacts).values(row).returning(contacts.c.id))
    return ContactId(made.scalar_one())


async def end_contact(
    conn: AsyncConnection, ident: ContactId, *, at: datetime, reason: str, by: UserId
) -> None:
    row = {"contact_id": ident, "at": at, "reason": reason, "ended_by": by}
    await conn.execute(insert(contact_ends).values(row))


def _uses() -> Select[Any]:
    withdrawn = use_withdrawals.c.use_id.is_not(None).label("is_withdrawn")
    return select(uses, withdrawn).outerjoin(use_withdrawals, use_withdrawals.c.use_id == uses.c.id)


def _grants() -> Select[Any]:
    withdrawn = grant_withdrawals.c.grant_id.is_not(None).label("is_withdrawn")
    return select(grants, withdrawn).outerjoin(grant_withdrawals, grant_withdrawals.c.grant_id == grants.c.id)


def _contacts() -> Select[Any]:
    ended = contact_ends.c.at.label("ended_at")
    return select(contacts, ended).outerjoin(contact_ends, contact_ends.c.contact_id == contacts.c.id)


def _use(row: Any) -> Use:
    return Use(
        UseId(row.id),
        Thing(row.thing),
        row.at,
        Outcome(row.outcome),
        None if row.cause is None else Cause(row.cause),
        None if row.contact_id is None else ContactId(row.contact_id),
        row.is_withdrawn,
    )


def _grant(row: Any) -> Grant:
    return Grant(GrantId(row.id), Thing(row.thing), row.year, row.count, row.ground, row.is_withdrawn)


def _contact(row: Any) -> Contact:
    barred: Sequence[str] = row.barred
    return Contact(
        ContactId(row.id),
        row.name,
        Relation(row.relation),
        row.approved_by,
        row.since,
        row.until,
        frozenset(map(Thing, barred)),
        row.ended_at,
    )
