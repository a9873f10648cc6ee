"""What an appeal sets off at once: urgent tasks outside the institution, and the guard of legality."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Role
from inmates.exclusions import store as exclusions
from inmates.exclusions.store import Accused
from inmates.legality import service as legality
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from messaging.appeals import terms
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import Desk, Kind, Regime
from messaging.appeals.store.seeing import CLOSED_DESKS, SUBJECT

DANGER = "appeal_danger"
SAFETY = "appeal_safety"


async def raise_for(conn: AsyncConnection, dossier: Dossier, *, at: datetime) -> None:
    """In the transaction that takes the appeal in."""
    standing, appeal = dossier.standing, dossier.appeal
    if standing.is_danger and standing.desk not in CLOSED_DESKS:
        due_at = terms.due(at, dossier.law.rules.text("danger.review"), dossier.law)
        await ask(conn, dossier, kind=DANGER, role=Role.OVERSIGHT, due_at=due_at, is_urgent=True)
    if appeal.regime is Regime.SAFETY_REQUEST and standing.desk is Desk.INSTITUTION:
        await ask(conn, dossier, kind=SAFETY, role=Role.UNIT_HEAD, due_at=standing.due_at, is_urgent=True)
    await tell_legality(conn, dossier, dossier.accused, at=at)


async def ask(
    conn: AsyncConnection, dossier: Dossier, *, kind: str, role: Role, due_at: datetime, is_urgent: bool
) -> None:
    """A task about the appeal; the accused do not see it (inmates.exclusions)."""
    appeal = dossier.appeal
    wanted = Wanted(appeal.person, kind, role, due_at, SUBJECT, appeal.id, is_urgent=is_urgent)
    await tasks.add(conn, wanted)


async def tell_legality(conn: AsyncConnection, dossier: Dossier, accused: Accused, *, at: datetime) -> None:
    """Whoever complained about staff is watched over: the guard of retaliation knows of it (ADR-0027)."""
    appeal = dossier.appeal
    if appeal.person is None or appeal.kind is not Kind.SHIKOYAT:
        return
    about = set(accused.users) | await exclusions.staff_of(conn, accused.institutions, at=at)
    for user in sorted(about):
        await legality.note(conn, appeal.person, against=user, at=appeal.received_at, reference=appeal.number)
