"""Drafts, orders, who answers for them, and their release."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import in_force
from core.clock import local_day
from core.model import OrderId, PersonId, UserId
from core.tables import users
from inmates.model import OrderKind, Scope
from inmates.store import seen_by
from inmates.supervision.kinds import ReleaseGround
from inmates.supervision.model import Act, Assignment, Draft, DraftId, Held, Release
from inmates.supervision.tables import order_assignments, order_drafts, order_releases
from inmates.tables import caseloads, institutions, orders, stays

ACT = ("kind", "court", "act_number", "act_on", "begins_at", "last_day", "ruled_at")
FREED = "probation_district"
"""The only kind of institution from which an order's end lets somebody go; others need a movement."""


async def add_draft(conn: AsyncConnection, act: Act, *, person: PersonId, by: UserId) -> DraftId:
    row = {name: getattr(act, name) for name in ACT} | {"person_id": person, "made_by": by}
    made = await conn.execute(insert(order_drafts).values(row).returning(order_drafts.c.id))
    return DraftId(made.scalar_one())


async def draft(conn: AsyncConnection, ident: DraftId, *, scope: Scope) -> Draft | None:
    """Locked: of two edits the second sees the first."""
    query = select(order_drafts).where(order_drafts.c.id == ident, seen_by(scope, order_drafts.c.person_id))
    row = (await conn.execute(query.with_for_update())).one_or_none()
    return _draft(row) if row else None


async def drafts_of(conn: AsyncConnection, person: PersonId) -> list[Draft]:
    """Those that bind nobody yet, newest first."""
    query = (
        select(order_drafts)
        .where(order_drafts.c.person_id == person, order_drafts.c.order_id.is_(None))
        .order_by(order_drafts.c.id.desc())
    )
    return [_draft(row) for row in (await conn.execute(query)).all()]


async def amend(conn: AsyncConnection, ident: DraftId, *, act: Act, version: int) -> None:
    row = {name: getattr(act, name) for name in ACT} | {"version": version}
    await conn.execute(update(order_drafts).where(order_drafts.c.id == ident).values(row))


async def activate(
    conn: AsyncConnection, found: Draft, *, act_number: str, by: UserId, at: datetime, rule_set: str
) -> OrderId:
    """The order, and the draft as the place where it came from."""
    act = found.act
    row = {
        "person_id": found.person_id,
        "kind": act.kind,
        "court": act.court,
        "act_number": act_number,
        "act_on": act.act_on,
        "during": Range(act.begins_at, local_day(act.last_day)[1]),
    }
    made = OrderId((await conn.execute(insert(orders).values(row).returning(orders.c.id))).scalar_one())
    done = {"order_id": made, "activated_by": by, "activated_at": at, "rule_set": rule_set}
    await conn.execute(
        update(order_drafts).where(order_drafts.c.id == found.id).values(done | {"act_number": act_number})
    )
    return made


async def order(conn: AsyncConnection, ident: OrderId, *, scope: Scope) -> Held | None:
    """Locked: what ends or adds to an order comes one after the other."""
    query = _orders().where(orders.c.id == ident, seen_by(scope, orders.c.person_id))
    row = (await conn.execute(query.with_for_update(of=orders))).one_or_none()
    return _held(row) if row else None


async def release_of(
    conn: AsyncConnection, ident: OrderId
) -> tuple[Held, Release | None, UserId | None] | None:
    """An order, whoever's it is, and who released from it how, if somebody did."""
    ended = (order_releases.c.act_number, order_releases.c.ground, order_releases.c.made_by)
    row = (await conn.execute(_orders().add_columns(*ended).where(orders.c.id == ident))).one_or_none()
    if row is None:
        return None
    held, (act_number, ground, by) = _held(row[:9]), row[9:]
    if held.released_at is None:
        return held, None, None
    return held, Release(held.released_at, act_number, ReleaseGround(ground)), UserId(by)


def released_by(user: UserId, scope: Scope) -> Select[Any]:
    """The releases that one user decided, as papers are listed."""
    return (
        select(
            order_releases.c.order_id.label("subject"),
            order_releases.c.released_at.label("at"),
            literal("").label("called"),
            orders.c.person_id,
        )
        .join(orders, orders.c.id == order_releases.c.order_id)
        .where(order_releases.c.made_by == user, seen_by(scope, orders.c.person_id))
    )


async def orders_of(conn: AsyncConnection, person: PersonId) -> list[Held]:
    """Newest first."""
    query = _orders().where(orders.c.person_id == person)
    rows = await conn.execute(query.order_by(func.lower(orders.c.during).desc(), orders.c.id.desc()))
    return [_held(row) for row in rows.all()]


async def assign(conn: AsyncConnection, ident: OrderId, *, user: UserId, act_number: str, by: UserId) -> None:
    row = {"order_id": ident, "user_id": user, "act_number": act_number, "made_by": by}
    await conn.execute(insert(order_assignments).values(row))


async def assigned(conn: AsyncConnection, ident: OrderId) -> Assignment | None:
    """Who answers for it now."""
    query = (
        select(
            order_assignments.c.order_id,
            order_assignments.c.user_id,
            users.c.shown_as,
            order_assignments.c.act_number,
            order_assignments.c.made_at,
        )
        .join(users, users.c.id == order_assignments.c.user_id)
        .where(order_assignments.c.order_id == ident)
        .order_by(order_assignments.c.id.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    return Assignment(*row) if row else None


async def user(conn: AsyncConnection, login: str) -> tuple[UserId, str] | None:
    """An active user and their role."""
    query = select(users.c.id, users.c.role).where(users.c.login == login, in_force())
    row = (await conn.execute(query)).one_or_none()
    return (UserId(row.id), row.role) if row else None


async def sex_of(conn: AsyncConnection, who: UserId) -> str | None:
    return (await conn.execute(select(users.c.sex).where(users.c.id == who))).scalar_one_or_none()


async def entrust(conn: AsyncConnection, person: PersonId, *, to: UserId, at: datetime) -> None:
    """From now on in this officer's caseload, where they are not already."""
    mine = select(caseloads.c.id).where(
        caseloads.c.user_id == to,
        caseloads.c.person_id == person,
        caseloads.c.during.overlaps(Range(at, None)),
    )
    if (await conn.execute(mine.limit(1))).scalar() is None:
        row = {"user_id": to, "person_id": person, "during": Range(at, None)}
        await conn.execute(insert(caseloads).values(row))


async def dismiss(conn: AsyncConnection, person: PersonId, former: UserId, *, at: datetime) -> None:
    """From now on no longer in this officer's caseload; what began this very moment never was."""
    mine = (
        caseloads.c.user_id == former,
        caseloads.c.person_id == person,
        caseloads.c.during.overlaps(Range(at, None)),
    )
    begun = func.lower(caseloads.c.during) < at
    ends = func.tstzrange(func.lower(caseloads.c.during), at)
    await conn.execute(update(caseloads).where(*mine, begun).values(during=ends))
    await conn.execute(delete(caseloads).where(*mine, ~begun))


async def entrust_if_nobody(conn: AsyncConnection, person: PersonId, *, to: UserId, at: datetime) -> None:
    """Whoever leaves a place must still be somebody's: the hands that end the order have work left."""
    anybody = select(caseloads.c.id).where(
        caseloads.c.person_id == person, caseloads.c.during.overlaps(Range(at, None))
    )
    if (await conn.execute(anybody.limit(1))).scalar() is None:
        await entrust(conn, person, to=to, at=at)


async def end(conn: AsyncConnection, ident: OrderId, *, at: datetime) -> None:
    await conn.execute(
        update(orders)
        .where(orders.c.id == ident)
        .values(during=func.tstzrange(func.lower(orders.c.during), at))
    )


async def release(conn: AsyncConnection, ident: OrderId, *, said: Release, by: UserId) -> None:
    row = {
        "order_id": ident,
        "released_at": said.at,
        "act_number": said.act_number,
        "ground": said.ground,
        "made_by": by,
    }
    await conn.execute(insert(order_releases).values(row))


async def stays_in_district(conn: AsyncConnection, person: PersonId, *, at: datetime) -> bool:
    return (await conn.execute(select(stays.c.id).where(*_in_district(person, at)))).scalar() is not None


async def free_place(conn: AsyncConnection, person: PersonId, *, at: datetime) -> int:
    """The stay in a probation district ends; how many there were: none or one."""
    ends = func.tstzrange(func.lower(stays.c.during), at)
    ended = await conn.execute(update(stays).where(*_in_district(person, at)).values(during=ends))
    return ended.rowcount


def _in_district(person: PersonId, at: datetime) -> tuple[ColumnElement[bool], ...]:
    district = select(institutions.c.id).where(institutions.c.kind == FREED)
    return (
        stays.c.person_id == person,
        stays.c.institution_id.in_(district),
        stays.c.during.contains(at),
        func.lower(stays.c.during) < at,
    )


def _orders() -> Select[Any]:
    return select(
        orders.c.id,
        orders.c.person_id,
        orders.c.kind,
        orders.c.court,
        orders.c.act_number,
        orders.c.act_on,
        func.lower(orders.c.during),
        func.upper(orders.c.during),
        order_releases.c.released_at,
    ).outerjoin(order_releases, order_releases.c.order_id == orders.c.id)


def _held(row: Any) -> Held:
    return Held(OrderId(row[0]), PersonId(row[1]), OrderKind(row[2]), *row[3:])


def _draft(row: Any) -> Draft:
    act = Act(OrderKind(row.kind), *(getattr(row, name) for name in ACT[1:]))
    order_id = None if row.order_id is None else OrderId(row.order_id)
    return Draft(DraftId(row.id), PersonId(row.person_id), act, row.version, order_id)
