"""Persons, orders and caseloads as the records hold them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    any_,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import OrderId, PersonId, UserId
from core.tables import users
from inmates.model import BreakId, Glass, Order, OrderKind, Person, Scope
from inmates.tables import (
    caseloads,
    glass_breaks,
    glass_reviews,
    institutions,
    orders,
    persons,
    postings,
    stays,
)

PERSON = (
    persons.c.id,
    persons.c.number,
    persons.c.surname,
    persons.c.given_name,
    persons.c.patronymic,
    persons.c.sex,
    persons.c.born_on,
    persons.c.survivor_id,
)


def seen_by(scope: Scope, person: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition every query about people carries: is this person within the scope?"""
    return true() if scope.user is None else person.in_(mine(scope.user, scope.at))


def mine(user: UserId | BindParameter[int], at: datetime | BindParameter[datetime]) -> CompoundSelect[Any]:
    """Whom one user sees."""
    own = select(caseloads.c.person_id).where(caseloads.c.user_id == user, caseloads.c.during.contains(at))
    return own.union_all(_staying(postings.c.user_id == user, at=at).with_only_columns(stays.c.person_id))


def seen_among(scope: Scope, person: ColumnElement[int]) -> ColumnElement[bool]:
    """`seen_by` of some people who were picked already: asked of each by its index, however many others the
    caller sees."""
    if scope.user is None:
        return true()
    own = exists().where(
        caseloads.c.user_id == scope.user,
        caseloads.c.person_id == person,
        caseloads.c.during.contains(scope.at),
    )
    staying = _staying(postings.c.user_id == scope.user, at=scope.at).where(stays.c.person_id == person)
    return or_(own, staying.correlate_except(postings, stays).exists())


def picked(numbers: Collection[str], people: Collection[PersonId]) -> CTE:
    """Files by their numbers, and files by their ids: each by its own index. Together in one `or` the planner
    walks through everybody."""
    by_number = persons.c.number == any_(cast(list(numbers), ARRAY(Text)))
    by_id = persons.c.id == any_(cast(list(people), ARRAY(BigInteger)))
    columns = persons.c.id, persons.c.number
    some = select(*columns).where(by_number).union(select(*columns).where(by_id))
    return some.cte("picked").prefix_with("materialized")


def _staying(posted: ColumnElement[bool], *, at: datetime | BindParameter[datetime]) -> Select[Any]:
    """Who is where with whom: users, and the people who stay in the institutions where they are posted."""
    return (
        select(postings.c.user_id, stays.c.person_id)
        .join(stays, stays.c.institution_id == postings.c.institution_id)
        .where(posted, postings.c.during.contains(at), stays.c.during.contains(at))
    )


async def person(conn: AsyncConnection, ident: PersonId, *, scope: Scope) -> Person | None:
    query = select(*PERSON).where(persons.c.id == ident, seen_by(scope, persons.c.id))
    row = (await conn.execute(query)).one_or_none()
    return _person(row) if row else None


async def glass(conn: AsyncConnection, user: UserId, ident: PersonId, *, at: datetime) -> Glass | None:
    """What is open of this file by broken glass: as long as it lasts, and nobody has found it unjustified."""
    one, said = glass_breaks.c, glass_reviews.c
    last = select(said.verdict).where(said.break_id == one.id).order_by(said.id.desc()).limit(1)
    query = (
        select(one.id, one.opens, func.upper(one.during))
        .where(one.user_id == user, one.person_id == ident, one.during.contains(at))
        .where(last.scalar_subquery().is_distinct_from("unjustified"))
        .order_by(one.id.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    return Glass(BreakId(row[0]), frozenset(row[1]), row[2]) if row else None


async def named(conn: AsyncConnection, ids: Collection[PersonId], *, scope: Scope) -> dict[PersonId, Person]:
    """Those of these people who are within the scope."""
    wanted = persons.c.id == any_(cast(list(ids), ARRAY(BigInteger)))
    query = select(*PERSON).where(wanted, seen_by(scope, persons.c.id))
    return {PersonId(row[0]): _person(row) for row in await conn.execute(query)}


async def people(
    conn: AsyncConnection, scope: Scope, *, after: PersonId | None = None, most: int = 100
) -> list[Person]:
    """In the order of their names, from behind `after` on; of files of one human the surviving one."""
    place = (persons.c.surname, persons.c.given_name, persons.c.id)
    query = select(*PERSON).where(*_listed(scope))
    if after is not None:
        last = select(*place).where(persons.c.id == after, seen_by(scope, persons.c.id))
        query = query.where(tuple_(*place) > last.scalar_subquery())
    return [_person(row) for row in (await conn.execute(query.order_by(*place).limit(most))).all()]


async def count(conn: AsyncConnection, scope: Scope, *, most: int) -> int:
    """How many there are, counted no further than `most`."""
    some = select(persons.c.id).where(*_listed(scope)).limit(most)
    return int((await conn.execute(select(func.count()).select_from(some.subquery()))).scalar_one())


def _listed(scope: Scope) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """One file of each human: the surviving one, where it is within the scope."""
    is_led_on = and_(persons.c.survivor_id.is_not(None), seen_by(scope, persons.c.survivor_id))
    return seen_by(scope, persons.c.id), not_(is_led_on)


async def seen_by_each(conn: AsyncConnection, scopes: Collection[Scope]) -> dict[UserId, frozenset[PersonId]]:
    """Everybody within each scope that has a user; a few thousand are asked for in one go."""
    users = [scope.user for scope in scopes if scope.user is not None]
    if not users:
        return {}
    at = max(scope.at for scope in scopes)
    own = select(caseloads.c.user_id, caseloads.c.person_id).where(
        caseloads.c.user_id == any_(cast(users, ARRAY(BigInteger))), caseloads.c.during.contains(at)
    )
    posted = postings.c.user_id == any_(cast(users, ARRAY(BigInteger)))
    both = own.union_all(_staying(posted, at=at)).subquery()
    query = select(both.c.user_id, func.array_agg(both.c.person_id.distinct())).group_by(both.c.user_id)
    found = {UserId(row[0]): frozenset(row[1]) for row in await conn.execute(query)}
    return {user: found.get(user, frozenset()) for user in users}


async def hold(conn: AsyncConnection, *people: PersonId) -> None:
    """Until the end of the transaction: whoever changes their records comes one after the other."""
    wanted = persons.c.id == any_(cast(list(people), ARRAY(BigInteger)))  # thousands in one parameter
    query = select(persons.c.id).where(wanted).order_by(persons.c.id)
    await conn.execute(query.with_for_update(key_share=True))


def same_human(person: PersonId) -> Select[tuple[int]]:
    """The ids of all files of one human: merged files count as one."""
    first = func.coalesce(persons.c.survivor_id, persons.c.id)
    of = select(first).where(persons.c.id == person).scalar_subquery()
    return select(persons.c.id).where(or_(persons.c.id == of, persons.c.survivor_id == of))


async def stays_somewhere(conn: AsyncConnection, ident: PersonId, *, at: datetime) -> bool:
    """In an institution, whichever."""
    query = select(stays.c.id).where(stays.c.person_id == ident, stays.c.during.contains(at))
    return (await conn.execute(query)).first() is not None


async def orders_of(conn: AsyncConnection, ident: PersonId) -> list[Order]:
    """Newest first."""
    query = (
        select(
            orders.c.id,
            orders.c.person_id,
            orders.c.kind,
            orders.c.court,
            orders.c.act_number,
            orders.c.act_on,
            func.lower(orders.c.during),
            func.upper(orders.c.during),
        )
        .where(orders.c.person_id == ident)
        .order_by(func.lower(orders.c.during).desc(), orders.c.id.desc())
    )
    return [
        Order(OrderId(row[0]), PersonId(row[1]), OrderKind(row[2]), *row[3:])
        for row in (await conn.execute(query)).all()
    ]


async def officers_of(conn: AsyncConnection, ident: PersonId, *, scope: Scope) -> list[str]:
    """The names of the officers in whose caseload the person is."""
    query = (
        select(users.c.shown_as)
        .join(caseloads, caseloads.c.user_id == users.c.id)
        .where(caseloads.c.person_id == ident, caseloads.c.during.contains(scope.at))
        .order_by(users.c.shown_as)
    )
    return list((await conn.execute(query)).scalars())


async def staff(conn: AsyncConnection, who: Collection[UserId]) -> dict[UserId, str]:
    """What these users are called."""
    query = select(users.c.id, users.c.shown_as).where(users.c.id == any_(cast(list(who), ARRAY(BigInteger))))
    return {UserId(row[0]): row[1] for row in await conn.execute(query)}


async def numbered(conn: AsyncConnection, number: str, *, scope: Scope) -> PersonId | None:
    """Whose file has this number."""
    query = select(persons.c.id).where(persons.c.number == number, seen_by(scope, persons.c.id))
    found = (await conn.execute(query)).scalar()
    return None if found is None else PersonId(found)


async def user_called(conn: AsyncConnection, login: str) -> UserId | None:
    found = (await conn.execute(select(users.c.id).where(users.c.login == login))).scalar()
    return None if found is None else UserId(found)


async def houses(conn: AsyncConnection) -> dict[int, str]:
    """Every institution by number, in the order of their names."""
    query = select(institutions.c.id, institutions.c.name).order_by(institutions.c.name)
    return {row[0]: row[1] for row in await conn.execute(query)}


async def staying(conn: AsyncConnection, at: datetime, *, after: PersonId, most: int) -> list[PersonId]:
    """Who stays in an institution at that moment, by number, from behind `after` on."""
    query = select(stays.c.person_id).where(stays.c.during.contains(at), stays.c.person_id > after)
    found = await conn.execute(query.order_by(stays.c.person_id).limit(most))
    return [PersonId(one) for one in found.scalars()]


async def stays_of(conn: AsyncConnection, people: Collection[PersonId]) -> list[Any]:
    """Number, person, beginning and end of each stay."""
    query = select(
        stays.c.id, stays.c.person_id, func.lower(stays.c.during), func.upper(stays.c.during)
    ).where(stays.c.person_id == any_(cast(list(people), ARRAY(BigInteger))))
    return list((await conn.execute(query)).all())


def _person(row: Any) -> Person:
    return Person(PersonId(row[0]), *row[1:])
