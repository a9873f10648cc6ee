"""Which statements can be understood, which annul what was understood before, and which wait for somebody."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Date, Row, Select, case, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import HERE
from core.model import PersonId, UserId
from core.tables import users
from inmates.education.model import EnrolmentId, EventId, Fact, Kind
from inmates.education.statements import wire
from inmates.education.statements.model import Left, StatementId, Unmatched
from inmates.education.statements.store import among, voided
from inmates.education.statements.tables import (
    course_activities,
    learner_accounts,
    learning_statements,
    statement_events,
)
from inmates.education.store import in_scope
from inmates.education.tables import education_events, enrolments
from inmates.model import Scope

statements, accounts, activities = learning_statements, learner_accounts, course_activities


async def ready(
    conn: AsyncConnection, provider: UserId, *, ids: Collection[StatementId] | None = None
) -> list[tuple[StatementId, EnrolmentId, Fact]]:
    """Those that are now understood and have no event yet; each belongs to the attempt of its day."""
    query = (
        _waiting(
            statements.c.id,
            _attempt().label("enrolment"),
            statements.c.kind,
            func.least(statements.c.happened_at, statements.c.stored_at).label("at"),
            statements.c.percent,
            statements.c.score,
        )
        .where(statements.c.provider_id == provider, _attempt().is_not(None))
        .order_by(statements.c.id)
    )
    found = await conn.execute(query if ids is None else among(query, ids))
    return [
        (
            StatementId(row.id),
            EnrolmentId(row.enrolment),
            Fact(Kind(row.kind), row.at, percent=row.percent, score=row.score),
        )
        for row in found
    ]


async def annulled(
    conn: AsyncConnection, provider: UserId, *, ids: Collection[StatementId], at: datetime
) -> list[tuple[StatementId, EnrolmentId, Fact]]:
    """What these voiding statements take back, where nobody has corrected it by hand."""
    target = learning_statements.alias("target")
    later = education_events.alias("later")
    query = (
        select(
            func.min(statements.c.id).label("id"),
            education_events.c.enrolment_id,
            education_events.c.id.label("event"),
        )
        .join(
            target,
            (target.c.provider_id == statements.c.provider_id) & (target.c.uuid == statements.c.refers),
        )
        .join(statement_events, statement_events.c.statement_id == target.c.id)
        .join(education_events, education_events.c.id == statement_events.c.event_id)
        .where(
            statements.c.provider_id == provider,
            statements.c.voids,
            ~exists().where(later.c.replaces == education_events.c.id),
        )
        .group_by(education_events.c.id)
        .order_by(education_events.c.id)
    )
    return [
        (
            StatementId(row.id),
            EnrolmentId(row.enrolment_id),
            Fact(Kind.ANNULLED, at, replaces=EventId(row.event)),
        )
        for row in await conn.execute(among(query, ids))
    ]


async def left(
    conn: AsyncConnection, *, scope: Scope, after: StatementId | None = None, most: int
) -> list[Left]:
    """Newest first: nobody's yet, or of somebody within the scope."""
    why = case(
        (accounts.c.person_id.is_(None), Unmatched.NO_ACCOUNT.value),
        (activities.c.course_id.is_(None), Unmatched.NO_COURSE.value),
        else_=Unmatched.NO_ENROLMENT.value,
    )
    query = (
        _waiting(
            statements.c.id,
            statements.c.uuid,
            users.c.login,
            users.c.shown_as,
            accounts.c.person_id,
            statements.c.verb,
            statements.c.activity,
            statements.c.happened_at,
            statements.c.content,
            why.label("why"),
        )
        .join(users, users.c.id == statements.c.provider_id)
        .where(in_scope(scope, accounts.c.person_id), _attempt().is_(None))
        .order_by(statements.c.id.desc())
        .limit(most)
    )
    if after is not None:
        query = query.where(statements.c.id < after)
    return [_left(row) for row in await conn.execute(query)]


def _waiting(*columns: Any) -> Select[Any]:
    """Statements that say something of a course, are not voided, and have no event."""
    return (
        select(*columns)
        .select_from(statements)
        .outerjoin(
            accounts,
            (accounts.c.provider_id == statements.c.provider_id) & (accounts.c.actor == statements.c.actor),
        )
        .outerjoin(
            activities,
            (activities.c.provider_id == statements.c.provider_id)
            & (activities.c.iri == statements.c.activity),
        )
        .where(
            statements.c.kind.is_not(None),
            ~voided(statements),
            ~exists().where(statement_events.c.statement_id == statements.c.id),
        )
    )


def _attempt() -> Any:
    """The last attempt that had begun by the statement's day."""
    day = cast(func.timezone(str(HERE), statements.c.happened_at), Date)
    return (
        select(enrolments.c.id)
        .where(
            enrolments.c.person_id == accounts.c.person_id,
            enrolments.c.course_id == activities.c.course_id,
            enrolments.c.enrolled_on <= day,
        )
        .order_by(enrolments.c.attempt.desc())
        .limit(1)
        .correlate(statements, accounts, activities)
        .scalar_subquery()
    )


def _left(row: Row[Any]) -> Left:
    return Left(
        id=StatementId(row.id),
        uuid=row.uuid,
        login=row.login,
        provider=row.shown_as,
        person_id=PersonId(row.person_id) if row.person_id else None,
        account=wire.account_of(json.loads(row.content)),
        verb=row.verb,
        activity=row.activity,
        happened_at=row.happened_at,
        why=Unmatched(row.why),
    )
