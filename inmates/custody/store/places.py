"""Institutions with their occupancy, places, who sleeps where, and the marks that keep people apart."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, any_, cast, exists, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.custody.model import Held, Institution, InstitutionId, Kind, Mark, Marked, Placed
from inmates.custody.rules.separation import Neighbour, Place, PlaceId, Traits
from inmates.custody.tables import marks, movements, placements, places
from inmates.model import Scope
from inmates.tables import institutions, persons, postings, stays


async def institutions_seen(
    conn: AsyncConnection,
    scope: Scope,
    *,
    only: InstitutionId | None = None,
    after: InstitutionId | None = None,
    most: int,
) -> list[Held]:
    """Those of the scope, with how many are on each roll; from behind `after` on."""
    held = (
        select(stays.c.institution_id, func.count().label("people"))
        .where(stays.c.during.contains(scope.at), ~_at_large(stays.c.person_id))
        .group_by(stays.c.institution_id)
        .subquery()
    )
    query = (
        select(institutions, func.coalesce(held.c.people, 0).label("people"))
        .outerjoin(held, held.c.institution_id == institutions.c.id)
        .where(institutions.c.id > (after or 0))
        .order_by(institutions.c.id)
        .limit(most)
    )
    if only is not None:
        query = query.where(institutions.c.id == only)
    if scope.user is not None:
        posted = select(postings.c.institution_id).where(
            postings.c.user_id == scope.user, postings.c.during.contains(scope.at)
        )
        query = query.where(institutions.c.id.in_(posted))
    return [_held(row) for row in await conn.execute(query)]


async def names(conn: AsyncConnection, ids: Collection[InstitutionId]) -> dict[InstitutionId, str]:
    wanted = institutions.c.id == any_(cast(list(ids), ARRAY(BigInteger)))
    query = select(institutions.c.id, institutions.c.name).where(wanted)
    return {InstitutionId(row[0]): row[1] for row in await conn.execute(query)}


async def kinds(conn: AsyncConnection, ids: Collection[InstitutionId]) -> dict[InstitutionId, str]:
    wanted = institutions.c.id == any_(cast(list(ids), ARRAY(BigInteger)))
    query = select(institutions.c.id, institutions.c.kind).where(wanted)
    return {InstitutionId(row[0]): row[1] for row in await conn.execute(query)}


async def every_name(conn: AsyncConnection) -> dict[InstitutionId, str]:
    query = select(institutions.c.id, institutions.c.name).order_by(institutions.c.name)
    return {InstitutionId(row[0]): row[1] for row in await conn.execute(query)}


async def places_of(conn: AsyncConnection, institution: InstitutionId) -> list[Place]:
    """Units by name, each before its cells."""
    unit = places.alias()
    query = (
        select(places)
        .outerjoin(unit, unit.c.id == places.c.unit_id)
        .where(places.c.institution_id == institution)
        .order_by(
            func.coalesce(unit.c.name, places.c.name),
            func.coalesce(unit.c.id, places.c.id),
            places.c.unit_id.is_not(None),
            places.c.name,
        )
    )
    return [_place(row) for row in await conn.execute(query)]


async def place(conn: AsyncConnection, ident: PlaceId) -> Place | None:
    """Locked: two people are not put into the last bed at once."""
    row = (await conn.execute(select(places).where(places.c.id == ident).with_for_update())).one_or_none()
    return _place(row) if row else None


async def add_place(
    conn: AsyncConnection, institution: InstitutionId, *, name: str, capacity: int, unit: PlaceId | None
) -> PlaceId:
    row = {"institution_id": institution, "unit_id": unit, "name": name, "capacity": capacity}
    return PlaceId((await conn.execute(insert(places).values(row).returning(places.c.id))).scalar_one())


async def neighbours(conn: AsyncConnection, where: Place, *, at: datetime) -> list[Neighbour]:
    """Who sleeps in the unit of this place, with what decides beside whom they may."""
    asleep = _asleep(where.institution_id, at)
    query = (
        select(persons.c.id, persons.c.sex, persons.c.born_on, asleep.c.place_id)
        .join(asleep, asleep.c.person_id == persons.c.id)
        .join(places, places.c.id == asleep.c.place_id)
        .where(func.coalesce(places.c.unit_id, places.c.id) == where.unit)
    )
    rows = (await conn.execute(query)).all()
    marked = await marks_of(conn, [PersonId(row.id) for row in rows])
    return [
        Neighbour(Traits(PersonId(row.id), row.sex, row.born_on, marked[row.id]), PlaceId(row.place_id))
        for row in rows
    ]


async def people_in(conn: AsyncConnection, institution: InstitutionId, *, at: datetime) -> dict[PlaceId, int]:
    """How many sleep in each place itself; places with nobody are left out."""
    asleep = _asleep(institution, at)
    query = select(asleep.c.place_id, func.count()).group_by(asleep.c.place_id)
    return {PlaceId(row[0]): row[1] for row in await conn.execute(query)}


async def placed(
    conn: AsyncConnection, person: PersonId, *, institution: InstitutionId, at: datetime
) -> Place | None:
    asleep = _asleep(institution, at)
    query = select(places).join(asleep, asleep.c.place_id == places.c.id)
    row = (await conn.execute(query.where(asleep.c.person_id == person))).one_or_none()
    return _place(row) if row else None


async def place_person(
    conn: AsyncConnection,
    person: PersonId,
    *,
    where: PlaceId,
    at: datetime,
    overridden: Collection[str],
    reason: str | None,
    rule_set: str,
    by: UserId,
) -> int:
    row = {
        "person_id": person,
        "place_id": where,
        "at": at,
        "overridden": list(overridden),
        "reason": reason,
        "rule_set": rule_set,
        "decided_by": by,
    }
    return int((await conn.execute(insert(placements).values(row).returning(placements.c.id))).scalar_one())


async def placements_of(conn: AsyncConnection, person: PersonId) -> list[Placed]:
    """The newest first."""
    query = (
        select(placements, places.c.name, places.c.institution_id)
        .join(places, places.c.id == placements.c.place_id)
        .where(placements.c.person_id == person)
        .order_by(placements.c.at.desc(), placements.c.id.desc())
    )
    return [
        Placed(row.name, InstitutionId(row.institution_id), row.at, tuple(row.overridden), row.reason)
        for row in await conn.execute(query)
    ]


async def mark(
    conn: AsyncConnection, person: PersonId, *, kind: Mark, holds: bool, ground: str, by: UserId
) -> int:
    row = {"person_id": person, "kind": kind, "holds": holds, "ground": ground, "made_by": by}
    return int((await conn.execute(insert(marks).values(row).returning(marks.c.id))).scalar_one())


async def marked(conn: AsyncConnection, people: Collection[PersonId]) -> dict[PersonId, list[Marked]]:
    """The latest word on each kind of mark, whether it holds or not."""
    query = (
        select(marks)
        .where(marks.c.person_id == any_(cast(list(people), ARRAY(BigInteger))))
        .ext(distinct_on(marks.c.person_id, marks.c.kind))
        .order_by(marks.c.person_id, marks.c.kind, marks.c.id.desc())
    )
    found: dict[PersonId, list[Marked]] = {person: [] for person in people}
    for row in await conn.execute(query):
        latest = Marked(Mark(row.kind), row.holds, row.ground, row.made_at)
        found[PersonId(row.person_id)].append(latest)
    return found


async def marks_of(conn: AsyncConnection, people: Collection[PersonId]) -> dict[PersonId, frozenset[Mark]]:
    """The marks that hold."""
    latest = await marked(conn, people)
    return {person: frozenset(one.kind for one in every if one.holds) for person, every in latest.items()}


def _at_large(person: ColumnElement[int]) -> ColumnElement[bool]:
    """Escaped, and nothing has happened since: on the roll's files, not counted in it."""
    escape, later = movements.alias(), movements.alias()
    return exists().where(
        escape.c.person_id == person,
        escape.c.kind == Kind.ESCAPE,
        ~_replaced(escape.c.id),
        ~exists().where(
            later.c.person_id == person,
            later.c.at > escape.c.at,
            later.c.kind != Kind.WITHDRAWN,
            ~_replaced(later.c.id),
        ),
    )


def _replaced(movement: ColumnElement[int]) -> ColumnElement[bool]:
    correction = movements.alias()
    return exists().where(correction.c.replaces == movement)


def _asleep(institution: InstitutionId, at: datetime) -> Subquery:
    """Each person's latest place since they came to this institution."""
    latest: Select[Any] = (
        select(placements.c.person_id, placements.c.place_id)
        .join(places, places.c.id == placements.c.place_id)
        .join(stays, stays.c.person_id == placements.c.person_id)
        .where(
            places.c.institution_id == institution,
            stays.c.institution_id == institution,
            stays.c.during.contains(at),
            placements.c.at >= func.lower(stays.c.during),
            placements.c.at <= at,
            ~_at_large(placements.c.person_id),
        )
        .ext(distinct_on(placements.c.person_id))
        .order_by(placements.c.person_id, placements.c.at.desc(), placements.c.id.desc())
    )
    return latest.subquery()


def _held(row: Any) -> Held:
    where = Institution(InstitutionId(row.id), row.name, row.kind, row.soato, row.capacity)
    return Held(where, row.people)


def _place(row: Any) -> Place:
    unit = None if row.unit_id is None else PlaceId(row.unit_id)
    return Place(PlaceId(row.id), InstitutionId(row.institution_id), unit, row.name, row.capacity)
