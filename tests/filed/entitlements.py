"""Entitlements: a contact, a call, a grant."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db, rule_sets, statutes
from core.model import PersonId, UserId
from files import SINCE, numbers
from inmates.entitlements import rules, store
from inmates.entitlements.model import (
    VISITS,
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


async def contact(
    engine: AsyncEngine,
    whom: PersonId,
    *,
    by: UserId | None = None,
    barred: frozenset[Thing] = frozenset(),
) -> int:
    who = by or await user(engine, f"filing-{next(numbers)}")
    new = Contact(ContactId(0), "Namuna Xola", Relation.PARENT, who, SINCE.date(), None, barred, None)
    async with db.transaction(engine) as conn:
        return await store.add_contact(conn, whom, contact=new)


async def use(
    engine: AsyncEngine,
    whom: PersonId,
    thing: Thing = Thing.CALL,
    *,
    at: datetime = SINCE + timedelta(days=5),
) -> int:
    """Written past the rules; a visit has its visitor."""
    visitor = ContactId(await contact(engine, whom)) if thing in VISITS else None
    who = await user(engine, f"filing-{next(numbers)}")
    async with db.transaction(engine) as conn:
        kept = await rule_sets.keep(conn, statutes.load(rules.STATUTE).on(at.date()))
        new = Use(UseId(0), thing, at, Outcome.KEPT, None, visitor)
        return await store.add_use(conn, whom, use=new, rule_set=kept, by=who)


async def grant(engine: AsyncEngine, whom: PersonId) -> int:
    who = await user(engine, f"filing-{next(numbers)}")
    async with db.transaction(engine) as conn:
        given = Grant(GrantId(0), Thing.PARCEL, 2026, 1, "order 7")
        return await store.add_grant(conn, whom, grant=given, by=who)


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    whom = PersonId(made["person_id"])
    return {
        "contact_id": await contact(engine, whom),
        "use_id": await use(engine, whom),
        "grant_id": await grant(engine, whom),
    }
