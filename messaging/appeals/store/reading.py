"""Reading the register: heads, entries, pages; for staff through `seen_by` alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, cast, false, func, null, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import PersonId, UserId
from messaging.appeals import terms, words
from messaging.appeals.model import (
    AccountId,
    Appeal,
    AppealId,
    Channel,
    Desk,
    Entry,
    Kind,
    State,
    Topic,
)
from messaging.appeals.store import rows
from messaging.appeals.store.seeing import Reader, in_states, seen_by, standings
from messaging.appeals.tables import appeal_entries, appeal_notices, appeal_standings, appeals


@dataclass(frozen=True, slots=True)
class Line:
    """An appeal in a list."""

    appeal: Appeal
    state: State
    desk: Desk
    institution: int | None
    handler: UserId | None
    due_at: datetime
    is_danger: bool
    ended_at: datetime | None

    @property
    def due(self) -> date | datetime:
        """The last day of a term of days; the moment of a term of hours."""
        return terms.day_of(self.due_at) if terms.is_midnight(self.due_at) else self.due_at

    def is_overdue(self, now: datetime) -> bool:
        return (self.ended_at or now) > self.due_at

    def share(self, now: datetime) -> float:
        """How much of the term has gone."""
        whole = (self.due_at - self.appeal.received_at).total_seconds()
        return ((self.ended_at or now) - self.appeal.received_at).total_seconds() / whole


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which appeals; nothing said: all."""

    states: frozenset[State] = frozenset()
    is_live: bool | None = None
    is_overdue: bool | None = None
    handler: UserId | None = None
    kind: Kind | None = None
    channel: Channel | None = None
    topic: Topic | None = None
    institution: int | None = None
    person: PersonId | None = None
    words: str = ""


def _heads() -> Select[Any]:
    return select(appeals).join(appeal_standings, appeal_standings.c.appeal_id == appeals.c.id)


async def one(conn: AsyncConnection, ident: AppealId, *, reader: Reader) -> Appeal | None:
    row = (await conn.execute(_heads().where(appeals.c.id == ident, seen_by(reader)))).one_or_none()
    return rows.appeal(row) if row else None


async def held(conn: AsyncConnection, ident: AppealId, *, reader: Reader) -> Appeal | None:
    """Locked until the end: whoever comes second sees what the first one did."""
    if not await hold(conn, ident):
        return None
    return await one(conn, ident, reader=reader)


async def hold(conn: AsyncConnection, ident: AppealId) -> bool:
    await db.hold(conn, appeals, ident=ident)
    query = select(appeals.c.id).where(appeals.c.id == ident)
    return (await conn.execute(query)).scalar() is not None


async def of_applicant(
    conn: AsyncConnection, ident: AppealId, *, account: AccountId | None, person: PersonId | None
) -> Appeal | None:
    """The applicant's own."""
    query = _heads().where(appeals.c.id == ident, _owned(account, person))
    row = (await conn.execute(query)).one_or_none()
    return rows.appeal(row) if row else None


def _owned(account: AccountId | None, person: PersonId | None) -> ColumnElement[bool]:
    if account is not None:
        return appeals.c.account_id == account
    return appeals.c.applicant_person_id == person if person is not None else false()


async def heads(
    conn: AsyncConnection,
    *,
    account: AccountId | None,
    person: PersonId | None,
    after: AppealId | None,
    most: int,
) -> list[Line]:
    """An applicant's own, newest first."""
    query = _lines().where(_owned(account, person))
    if after is not None:
        query = query.where(appeals.c.id < after)
    found = await conn.execute(query.order_by(appeals.c.id.desc()).limit(most))
    return [_line(row) for row in found]


async def by_client(conn: AsyncConnection, client_id: UUID) -> Appeal | None:
    row = (await conn.execute(_heads().where(appeals.c.client_id == client_id))).one_or_none()
    return rows.appeal(row) if row else None


async def numbered(conn: AsyncConnection, number: str) -> Appeal | None:
    """For receipts, whose secret code stands for the right to ask."""
    row = (await conn.execute(_heads().where(appeals.c.number == number))).one_or_none()
    return rows.appeal(row) if row else None


async def bare(conn: AsyncConnection, ident: AppealId) -> Appeal:
    """For services and rounds that act on their own account."""
    return rows.appeal((await conn.execute(_heads().where(appeals.c.id == ident))).one())


async def entries(conn: AsyncConnection, ident: AppealId) -> list[Entry]:
    """Oldest first."""
    query = select(appeal_entries).where(appeal_entries.c.appeal_id == ident)
    return [rows.entry(row) for row in await conn.execute(query.order_by(appeal_entries.c.position))]


def ended_by(reader: Reader, *, commands: Collection[str]) -> Select[Any]:
    """The appeals that the reader ended by such a command, as papers are listed."""
    return (
        select(
            appeals.c.id.label("subject"),
            appeal_entries.c.at,
            appeals.c.number.label("called"),
            null().label("person_id"),
        )
        .join(appeal_entries, appeal_entries.c.appeal_id == appeals.c.id)
        .join(appeal_standings, appeal_standings.c.appeal_id == appeals.c.id)
        .where(appeal_entries.c.by == reader.user, appeal_entries.c.command.in_(commands), seen_by(reader))
    )


async def climbing(conn: AsyncConnection, now: datetime, *, most: int) -> list[AppealId]:
    """Whose ladder has a step that is due, the longest waiting first."""
    query = select(standings.appeal_id).where(standings.rung_at <= now)
    found = await conn.execute(query.order_by(standings.rung_at, standings.appeal_id).limit(most))
    return [AppealId(one) for one in found.scalars()]


async def joined_to(conn: AsyncConnection, ident: AppealId) -> list[AppealId]:
    query = select(standings.appeal_id).where(standings.joined_to == ident, standings.state == State.JOINED)
    return [AppealId(found) for found in (await conn.execute(query.order_by(standings.appeal_id))).scalars()]


async def page(
    conn: AsyncConnection, reader: Reader, wanted: Wanted, *, after: AppealId | None, most: int
) -> list[Line]:
    """Those whose clock runs first, by when they are due."""
    place = (standings.ended_at.is_not(None), standings.due_at, standings.appeal_id)
    query = _lines().where(seen_by(reader), *_conditions(wanted, reader.at))
    if after is not None:
        last = select(*place).join(appeals, appeals.c.id == standings.appeal_id)
        last = last.where(standings.appeal_id == after, seen_by(reader))
        query = query.where(tuple_(*place) > last.scalar_subquery())
    return [_line(row) for row in await conn.execute(query.order_by(*place).limit(most))]


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found = [in_states(wanted.states) if wanted.states else true()]
    if wanted.is_live is not None:
        found.append(standings.ended_at.is_(None) == wanted.is_live)
    if wanted.is_overdue is not None:
        found.append((func.coalesce(standings.ended_at, now) > standings.due_at) == wanted.is_overdue)
    equal = {
        standings.handler_id: wanted.handler,
        appeals.c.kind: wanted.kind,
        appeals.c.channel: wanted.channel,
        appeals.c.topic: wanted.topic,
        standings.institution_id: wanted.institution,
        appeals.c.person_id: wanted.person,
    }
    found += [column == value for column, value in equal.items() if value is not None]
    return [*found, _said(wanted.words)] if wanted.words.strip() else found


def _said(asked: str) -> ColumnElement[bool]:
    """In any spelling of number, subject, text or a named applicant."""
    number = appeals.c.number.icontains(asked.strip(), autoescape=True)
    query = words.query(asked)
    return or_(number, appeals.c.found_by.op("@@")(cast(query, TSQUERY))) if query else number


def _lines() -> Select[Any]:
    return _heads().add_columns(
        standings.state,
        standings.desk,
        standings.institution_id,
        standings.handler_id,
        standings.due_at,
        standings.is_danger.label("is_danger_now"),
        standings.ended_at,
    )


def _line(row: Any) -> Line:
    return Line(
        rows.appeal(row),
        State(row.state),
        Desk(row.desk),
        row.institution_id,
        None if row.handler_id is None else UserId(row.handler_id),
        row.due_at,
        row.is_danger_now,
        row.ended_at,
    )


async def notices(conn: AsyncConnection, *, after: int, most: int) -> Sequence[rows.Notice]:
    """In the order in which they were queued, for whoever delivers them."""
    query = select(appeal_notices).where(appeal_notices.c.id > after)
    return [rows.notice(row) for row in await conn.execute(query.order_by(appeal_notices.c.id).limit(most))]
