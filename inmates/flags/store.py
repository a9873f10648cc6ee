"""Flags as the records hold them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Row, any_, cast, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import PersonId, UserId
from core.tables import users
from inmates.flags.model import (
    Account,
    Answer,
    Contest,
    Contribution,
    Decision,
    Effect,
    Evaluation,
    Flag,
    FlagId,
    Input,
    Lowering,
    Model,
    Verdict,
)
from inmates.flags.tables import (
    flag_contests,
    flag_contributions,
    flag_decisions,
    flag_effects,
    flag_models,
    flags,
)
from inmates.model import Scope
from inmates.store import seen_by


async def keep(conn: AsyncConnection, model: Model, *, content: str) -> None:
    row = {
        "digest": model.digest,
        "name": model.name,
        "version": model.version,
        "is_calibrated": model.is_calibrated,
        "content": content,
    }
    await conn.execute(postgresql.insert(flag_models).values(row).on_conflict_do_nothing())


async def add(
    conn: AsyncConnection,
    person: PersonId,
    *,
    model: Model,
    found: Evaluation,
    at: datetime,
    expires_at: datetime,
    by: UserId | None,
) -> FlagId:
    row = {
        "person_id": person,
        "digest": model.digest,
        "evaluated_on": found.on,
        "score": found.score,
        "threshold": model.threshold,
        "coverage": found.coverage,
        "missing": [str(one) for one in found.missing],
        "lowers": [[str(way.input), way.by, way.on.isoformat() if way.on else None] for way in found.lowers],
        "made_at": at,
        "made_by": by,
        "expires_at": expires_at,
    }
    made = FlagId((await conn.execute(insert(flags).values(row).returning(flags.c.id))).scalar_one())
    paid = [
        {
            "flag_id": made,
            "input": str(one.input),
            "points": one.points,
            "each": one.each,
            "counted": one.counted,
            "days": list(one.days),
        }
        for one in found.contributions
    ]
    await conn.execute(insert(flag_contributions), paid)
    return made


async def flag(conn: AsyncConnection, ident: FlagId, *, scope: Scope) -> Flag | None:
    """Locked: whoever decides second sees the first decision."""
    await db.hold(conn, flags, ident=ident)
    query = _flags().where(flags.c.id == ident, seen_by(scope, flags.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return (await _whole(conn, [row]))[0] if row else None


async def flags_of(conn: AsyncConnection, person: PersonId, *, most: int) -> list[Flag]:
    """Newest first."""
    query = _flags().where(flags.c.person_id == person).order_by(flags.c.id.desc()).limit(most)
    return await _whole(conn, (await conn.execute(query)).all())


async def is_waiting(conn: AsyncConnection, person: PersonId, *, digest: str, at: datetime) -> bool:
    """A flag of this model is raised, not over, and nobody has decided."""
    query = (
        select(flags.c.id)
        .outerjoin(flag_decisions)
        .where(
            flags.c.person_id == person,
            flags.c.digest == digest,
            flags.c.expires_at > at,
            flag_decisions.c.id.is_(None),
        )
    )
    return (await conn.execute(query)).first() is not None


async def decide(conn: AsyncConnection, ident: FlagId, *, answer: Answer, by: UserId, at: datetime) -> None:
    row = {
        "flag_id": ident,
        "agrees": answer.agrees,
        "reason": answer.reason,
        "seconds": answer.seconds,
        "decided_at": at,
        "decided_by": by,
    }
    made = insert(flag_decisions).values(row).returning(flag_decisions.c.id)
    decision = (await conn.execute(made)).scalar_one()
    effects = [{"flag_id": ident, "decision_id": decision, "kind": str(kind)} for kind in answer.effects]
    if effects:
        await conn.execute(insert(flag_effects), effects)


async def decisions_of(conn: AsyncConnection, some: Collection[FlagId]) -> dict[FlagId, Decision]:
    effects = select(flag_effects.c.flag_id, func.array_agg(flag_effects.c.kind).label("kinds")).group_by(
        flag_effects.c.flag_id
    )
    asked = effects.subquery()
    query = (
        select(flag_decisions, users.c.shown_as, asked.c.kinds)
        .join(users, users.c.id == flag_decisions.c.decided_by)
        .outerjoin(asked, asked.c.flag_id == flag_decisions.c.flag_id)
        .where(flag_decisions.c.flag_id == _any(some))
    )
    return {FlagId(row.flag_id): _decision(row) for row in await conn.execute(query)}


async def contest(conn: AsyncConnection, ident: FlagId, *, words: str, by: UserId) -> None:
    await conn.execute(insert(flag_contests).values(flag_id=ident, words=words, recorded_by=by))


async def contests_of(conn: AsyncConnection, some: Collection[FlagId]) -> dict[FlagId, list[Contest]]:
    """Oldest first."""
    query = select(flag_contests).where(flag_contests.c.flag_id == _any(some)).order_by(flag_contests.c.id)
    found: dict[FlagId, list[Contest]] = {ident: [] for ident in some}
    for row in await conn.execute(query):
        ident = FlagId(row.flag_id)
        found[ident].append(Contest(ident, row.words, row.recorded_at, UserId(row.recorded_by)))
    return found


async def accounts(conn: AsyncConnection, *, scope: Scope, at: datetime) -> list[Account]:
    """Per version of a model: how often it spoke, and how often humans followed."""
    decided, seconds = flag_decisions.c.id, flag_decisions.c.seconds
    contested = select(flag_contests.c.flag_id).distinct().subquery()
    query = (
        select(
            flag_models.c.name,
            flag_models.c.version,
            func.count(),
            func.count().filter(flag_decisions.c.agrees),
            func.count().filter(~flag_decisions.c.agrees),
            func.count().filter(decided.is_(None), flags.c.expires_at <= at),
            func.count(contested.c.flag_id),
            func.percentile_disc(0.5).within_group(seconds),
        )
        .select_from(flags)
        .join(flag_models)
        .outerjoin(flag_decisions, flag_decisions.c.flag_id == flags.c.id)
        .outerjoin(contested, contested.c.flag_id == flags.c.id)
        .where(seen_by(scope, flags.c.person_id))
        .group_by(flag_models.c.name, flag_models.c.version)
        .order_by(flag_models.c.name, flag_models.c.version)
    )
    return [Account(*row) for row in await conn.execute(query)]


def _any(some: Collection[FlagId]) -> Any:
    return any_(cast(list(some), ARRAY(BigInteger)))


def _flags() -> Any:
    return select(flags, flag_models.c.name, flag_models.c.version, flag_models.c.is_calibrated).join(
        flag_models
    )


async def _whole(conn: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Flag]:
    """With their contributions, the heaviest first."""
    ids = [FlagId(row.id) for row in rows]
    query = select(flag_contributions).where(flag_contributions.c.flag_id == _any(ids))
    paid: dict[int, list[Contribution]] = {ident: [] for ident in ids}
    for row in await conn.execute(query.order_by(flag_contributions.c.points.desc(), "input")):
        one = Contribution(Input(row.input), row.points, row.each, row.counted, tuple(row.days))
        paid[row.flag_id].append(one)
    return [_flag(row, paid[row.id]) for row in rows]


def _flag(row: Any, paid: Sequence[Contribution]) -> Flag:
    found = Evaluation(
        row.evaluated_on,
        Verdict.RAISED,
        row.score,
        paid,
        [Input(one) for one in row.missing],
        row.coverage,
        [Lowering(Input(one), by, date.fromisoformat(on) if on else None) for one, by, on in row.lowers],
    )
    return Flag(
        FlagId(row.id),
        PersonId(row.person_id),
        row.name,
        row.version,
        row.is_calibrated,
        row.digest,
        found,
        row.threshold,
        row.made_at,
        None if row.made_by is None else UserId(row.made_by),
        row.expires_at,
    )


def _decision(row: Any) -> Decision:
    return Decision(
        FlagId(row.flag_id),
        row.agrees,
        row.reason,
        row.seconds,
        row.decided_at,
        UserId(row.decided_by),
        row.shown_as,
        [Effect(kind) for kind in sorted(row.kinds or ())],
    )
