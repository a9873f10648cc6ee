"""Conduct."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy.ext.asyncio import AsyncEngine

from core import db, rule_sets
from core.model import PersonId, UserId
from core.tables import users
from files import row
from inmates.conduct import service, store
from inmates.conduct.model import (
    DecisionId,
    Document,
    Hearing,
    Incident,
    IncidentId,
    IncidentKind,
    Measure,
    Proposal,
    Report,
)

HAPPENED = datetime(2026, 11, 20, 3, tzinfo=UTC)
DOCUMENT = Document("seen by two", "5-son", date(2026, 11, 20))
numbers = count(1)


async def head(engine: AsyncEngine) -> UserId:
    """Somebody who decided, long ago."""
    login = f"head-{next(numbers)}"
    made = await row(engine, users, login=login, password_hash="x", role="unit_head", shown_as="Namuna")
    return UserId(made)


async def incident(
    engine: AsyncEngine, whom: PersonId, by: UserId, *, at: datetime = HAPPENED
) -> tuple[Incident, Hearing]:
    """Reported and heard."""
    report = Report(IncidentKind.FIGHT, at, "1-blok", "a fight")
    async with db.transaction(engine) as conn:
        made = await store.add_incident(conn, whom, report=report, at=at, by=by)
        await store.add_hearing(conn, made, heard_at=at, explanation=None, by=by)
        facts = await store.record(conn, whom)
    return (
        next(one for one in facts.incidents if one.id == made),
        next(one for one in facts.hearings if one.incident_id == made),
    )


async def sanction(
    engine: AsyncEngine,
    whom: PersonId,
    by: UserId,
    *,
    proposal: Proposal = Proposal(Measure.REPRIMAND, DOCUMENT),  # noqa: B008 - frozen
    at: datetime = HAPPENED,
) -> DecisionId:
    found, hearing = await incident(engine, whom, by, at=at)
    async with db.transaction(engine) as conn:
        law = await rule_sets.keep(conn, service.law(at))
        return await store.add_decision(
            conn, found, hearing=hearing, proposal=proposal, replaces=None, at=at, by=by, law=law
        )


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    """An incident that waits for its decision, and a sanction."""
    whom, by = PersonId(made["person_id"]), await head(engine)
    waiting, _ = await incident(engine, whom, by)
    return {"incident_id": IncidentId(waiting.id), "sanction_id": await sanction(engine, whom, by)}
