"""The keeper's round: steps of the ladder that are due are told to whom they are meant for, once each."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Role
from messaging.appeals import acting, alarms, rules, store, terms
from messaging.appeals.dossiers import Dossier, loaded
from messaging.appeals.guards import Case
from messaging.appeals.model import AppealId, Deed, Desk, Side
from messaging.appeals.store import reading
from messaging.appeals.terms import Rung

MOST: Final = 200
"""Appeals of one transaction."""
HANDLER: Final = "handler"


async def look(conn: AsyncConnection, *, now: datetime) -> int:
    """How many steps were told; whoever keeps the clock asks again until none is left."""
    told = 0
    for ident in await reading.climbing(conn, now, most=MOST):
        await reading.hold(conn, ident)
        told += await _climb(conn, ident, now=now)
    return told


async def _climb(conn: AsyncConnection, ident: AppealId, *, now: datetime) -> int:
    dossier, told = await loaded(conn, await reading.bare(conn, ident)), 0
    for rung in terms.due_rungs(dossier.standing, dossier.law, at=now):
        deed = Deed("escalate", Side.SYSTEM, now, {"rung": terms.mark(rung, dossier.standing)})
        case = Case(dossier.appeal, dossier.standing, dossier.law)
        dossier = await acting.add(conn, dossier, rules.next_entry(case, deed))
        await _tell(conn, dossier, rung, now=now)
        told += 1
    return told


async def _tell(conn: AsyncConnection, dossier: Dossier, rung: Rung, *, now: datetime) -> None:
    """The handler, where there is one; else a role, which has a task where it can see whom it is about."""
    template, ident = f"ladder_{rung.name}", dossier.appeal.id
    handler = dossier.standing.handler if rung.audience == HANDLER else None
    if handler is not None:
        await store.add_notice(conn, ident, template=template, audience=HANDLER, user=handler, at=now)
        return
    role = audience(dossier, rung)
    await store.add_notice(conn, ident, template=template, audience="role", role=role, at=now)
    if dossier.appeal.person is not None or role is Role.OVERSIGHT:
        kind, due_at = f"appeal_{rung.name}", dossier.standing.due_at
        late = now >= due_at
        await alarms.ask(conn, dossier, kind=kind, role=role, due_at=due_at, is_urgent=late)


def audience(dossier: Dossier, rung: Rung) -> Role:
    """What is meant for the unit is told to the desk that has it: past the unit, oversight alone."""
    if rung.audience not in {HANDLER, Role.UNIT_HEAD}:
        return Role(rung.audience)
    standing = dossier.standing
    if standing.desk is Desk.CENTRAL:
        return Role.OVERSIGHT
    if standing.desk is Desk.MEDICAL:
        return Role.DOCTOR
    return Role.UNIT_HEAD if standing.institution is not None else Role.OFFICER
