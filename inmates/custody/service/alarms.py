"""Tasks that custody opens: injuries, death, escape, and rules that were set aside."""

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, statutes
from core.auth import Role
from core.model import PersonId
from inmates.custody.model import Kind, MovementId
from inmates.custody.rules.admission import AdmissionId, Item
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

STATUTE: Final = "admission"
GRAVE: Final = frozenset({Kind.ESCAPE, Kind.DEATH})


async def of_movement(conn: AsyncConnection, person: PersonId, *, kind: Kind, movement: MovementId) -> None:
    if kind in GRAVE:
        await _open(conn, person, f"custody_{kind}", role=Role.OVERSIGHT, subject=("movement", movement))


async def of_answer(conn: AsyncConnection, person: PersonId, *, item: Item, admission: AdmissionId) -> None:
    """Said on admission, looked at by two who do not answer to the institution's head."""
    for role in (Role.DOCTOR, Role.OVERSIGHT):
        await _open(conn, person, f"admission_{item}", role=role, subject=("admission", admission))


async def of_placement(conn: AsyncConnection, person: PersonId, *, placement: int) -> None:
    await _open(conn, person, "placement_overridden", role=Role.OVERSIGHT, subject=("placement", placement))


async def _open(
    conn: AsyncConnection, person: PersonId, kind: str, *, role: Role, subject: tuple[str, int]
) -> None:
    hours = statutes.load(STATUTE).on(clock.today()).whole("alarm.due_hours")
    due = clock.now() + timedelta(hours=hours)
    await tasks.add(conn, Wanted(person, kind, role, due, *subject, is_urgent=True))
