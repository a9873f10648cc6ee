"""The first page of a file: where somebody is, until when, what comes next; each for who may know it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Permission
from core.model import PersonId
from inmates.custody import service as custody
from inmates.custody.model import Span
from inmates.custody.rules import movements as moving
from inmates.custody.store import places
from inmates.flags import service as flags
from inmates.rights import service as rights
from inmates.sentences import service as sentences
from inmates.tasks import service as tasks

NEXT: Final = 5
"""Of the things that are due next."""


async def figures(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, now: datetime
) -> dict[str, Any]:
    """Of a file whose reading is recorded; what the caller may not know is not asked for."""
    found: dict[str, Any] = {
        "tasks": await tasks.listed(conn, caller, person=person, most=NEXT),
        "standing": None,
        "sentence": None,
        "due": [],
        "flags": [],
    }
    if caller.may(Permission.CUSTODY_READ):
        found["standing"] = await standing(conn, person, now=now)
    if caller.may(Permission.SENTENCE_READ):
        outcome = await sentences.computed(conn, person, on=clock.today())
        found["sentence"] = outcome.computed.present if outcome.computed else None
    if caller.may(Permission.DUTY_READ):
        found["due"] = (await rights.due(conn, caller, person=person))[:NEXT]
    if caller.may(Permission.FLAG_READ):
        found["flags"] = await flags.waiting(conn, person, at=now)
    return found


async def standing(conn: AsyncConnection, person: PersonId, *, now: datetime) -> dict[str, Any] | None:
    """State, where and since when there, regime."""
    spans = await custody.history(conn, person)
    held: Span | None = next((span for span in spans if span.holds(now)), None)
    if held is None:
        return None
    where = held.standing.institution_id
    stay = next((one for one in reversed(moving.stays(spans)) if one.institution_id == where), None)
    return {
        "standing": held.standing,
        "institution": (await places.names(conn, {where}))[where],
        "since": held.begins_at if held.standing.is_over or stay is None else stay.begins_at,
    }
