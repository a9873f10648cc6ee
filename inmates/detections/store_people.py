"""Looks at files of kin, of the widely known, and of those who have a user's namesake among their kin."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import audit, users
from inmates.bonds.tables import bond_ends, bonds
from inmates.detections.model import Look, Near
from inmates.detections.store import EXPORTS
from inmates.entitlements.tables import contacts
from inmates.renown.tables import renown_ends, renowns
from inmates.tables import caseloads, persons
from inmates.tasks.tables import tasks

STRANGERS = ("lawyer", "other")
"""Contacts who are no kin."""
read = audit.c
file, marked = persons.alias("file"), persons.alias("marked")


async def bound(conn: AsyncConnection, *, since: datetime, until: datetime) -> Sequence[Look]:
    """Of users at people to whom they are bound: from the declaration on, and until it is ended."""
    still = or_(bond_ends.c.ended_at.is_(None), read.at < bond_ends.c.ended_at)
    query = (
        select(read.id, read.user_id, _lead(marked), read.at)
        .distinct()
        .select_from(bonds)
        .outerjoin(bond_ends, bond_ends.c.bond_id == bonds.c.id)
        .join(marked, marked.c.id == bonds.c.person_id)
        .join(file, _same_human())
        .join(audit, and_(read.subject_id == file.c.id, read.user_id == bonds.c.user_id))
        .where(*_looked(since, until), read.at >= bonds.c.declared_at, still)
    )
    return [Look(UserId(row[1]), PersonId(row[2]), row[3]) for row in await conn.execute(query)]


async def renowned(conn: AsyncConnection, *, since: datetime, until: datetime) -> Sequence[Look]:
    """Of anybody at the widely known, while the mark stood."""
    still = or_(renown_ends.c.ended_at.is_(None), read.at < renown_ends.c.ended_at)
    case = select(caseloads.c.id).where(
        caseloads.c.user_id == read.user_id,
        caseloads.c.person_id.in_([file.c.id, _lead(file)]),
        caseloads.c.during.contains(read.at),
    )
    task = select(tasks.c.id).where(*_to_do())
    review = task.where(tasks.c.subject_kind == "detection")
    query = (
        select(read.id, read.user_id, _lead(marked), read.at, or_(case.exists(), task.exists()))
        .add_columns(review.exists())
        .distinct()
        .select_from(renowns)
        .outerjoin(renown_ends, renown_ends.c.renown_id == renowns.c.id)
        .join(marked, marked.c.id == renowns.c.person_id)
        .join(file, _same_human())
        .join(audit, read.subject_id == file.c.id)
        .join(users, users.c.id == read.user_id)
        .where(*_looked(since, until), read.at >= renowns.c.marked_at, read.at < renowns.c.ends_at, still)
    )
    return [Look(UserId(row[1]), PersonId(row[2]), *row[3:]) for row in await conn.execute(query)]


async def near(conn: AsyncConnection, *, since: datetime, until: datetime) -> AsyncIterator[Near]:
    """The last look of each user at each person, one after the other; whose relatives are, `related` says."""
    looks = (
        select(read.user_id, _lead(file).label("person_id"), func.max(read.at).label("at"))
        .join(file, file.c.id == read.subject_id)
        .where(*_looked(since, until))
        .group_by(read.user_id, _lead(file))
        .subquery()
    )
    one = looks.c
    query = (
        select(one.user_id, one.person_id, one.at, users.c.shown_as, persons.c.surname)
        .join(users, users.c.id == one.user_id)
        .join(persons, persons.c.id == one.person_id)
    )
    async for row in await conn.stream(query):
        yield Near(Look(UserId(row[0]), PersonId(row[1]), row[2]), row[3], row[4])


async def related(conn: AsyncConnection, some: Sequence[Near]) -> Sequence[Near]:
    """Those with registered kin, where nobody has declared a bond; with the names of the kin."""
    pairs = func.unnest(*(cast(ids, ARRAY(BigInteger)) for ids in _ids(some)))
    looks = pairs.table_valued("user_id", "person_id", with_ordinality="at").render_derived()
    same = or_(file.c.id == looks.c.person_id, file.c.survivor_id == looks.c.person_id)
    kin = (
        select(contacts.c.name)
        .select_from(file)
        .join(contacts, contacts.c.person_id == file.c.id)
        .where(same, contacts.c.relation.not_in(STRANGERS))
        .correlate(looks)
    )
    names = func.array(kin.scalar_subquery())
    declared = (
        select(bonds.c.id)
        .select_from(file)
        .join(bonds, bonds.c.person_id == file.c.id)
        .where(same, bonds.c.user_id == looks.c.user_id)
        .correlate(looks)
    )
    query = select(looks.c.at, names).where(kin.exists(), ~declared.exists())
    found = await conn.execute(query)
    return [replace(some[at - 1], relatives=tuple(kin)) for at, kin in found]


def _ids(some: Sequence[Near]) -> tuple[list[int], list[int]]:
    return [one.look.user for one in some], [one.look.person for one in some]


def _looked(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        read.subject_kind == "person",
        read.user_id.is_not(None),
        read.at >= since,
        read.at < until,
        or_(read.action.like("%:read"), read.action.in_(EXPORTS)),
    )


def _to_do() -> tuple[ColumnElement[bool], ...]:
    """A task about this person, for the role of who looked, that was open then."""
    return (
        tasks.c.person_id.in_([file.c.id, _lead(file)]),
        tasks.c.role == users.c.role,
        tasks.c.made_at <= read.at,
        or_(tasks.c.done_at.is_(None), tasks.c.done_at >= read.at),
    )


def _lead(of: Any) -> ColumnElement[int]:
    """Merged files are of one human."""
    return func.coalesce(of.c.survivor_id, of.c.id)


def _same_human() -> ColumnElement[bool]:
    return or_(file.c.id == _lead(marked), file.c.survivor_id == _lead(marked))
