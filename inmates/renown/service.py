"""Marking somebody as widely known, showing the marks, taking one off."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, db
from core.auth import Caller, Permission
from core.errors import NotFound
from core.sealing import Keys
from inmates import store as people
from inmates.detections.rules import POLICY
from inmates.identity import finding
from inmates.renown import rules, store
from inmates.renown.model import Renown, RenownId
from inmates.renown.tables import renowns

MOST = 100
SUBJECT = "renown"


async def mark(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, number: str, why: str, until: date
) -> RenownId:
    """`number`: of the file, or the personal number; `until`: the last day."""
    said, now = " ".join(why.split()), clock.now()
    rules.check(why=said, until=until, today=clock.today(), longest=POLICY.renown_lasts)
    person = await finding.called(conn, keys, number)
    await people.hold(conn, person)
    if await store.holds(conn, person, at=now):
        raise rules.Marked
    ends_at = clock.local_day(until)[1]
    made = await store.add(conn, person, why=said, by=caller.user, at=now, ends_at=ends_at)
    await _note(conn, caller, Permission.OVERSIGHT_WRITE, subject=made, detail={"deed": "marked"})
    return made


async def end(conn: AsyncConnection, caller: Caller, *, renown: RenownId, why: str) -> None:
    """Before its day."""
    said = " ".join(why.split())
    await db.hold(conn, renowns, ident=renown)
    found = await store.renown(conn, renown)
    if found is None:
        raise NotFound
    rules.check_end(found, why=said)
    await store.end(conn, renown, by=caller.user, at=clock.now(), why=said)
    await _note(conn, caller, Permission.OVERSIGHT_WRITE, subject=renown, detail={"deed": "ended"})


async def listed(conn: AsyncConnection, caller: Caller, *, before: RenownId | None) -> Sequence[Renown]:
    found = await store.listed(conn, before=before, most=MOST)
    await _note(conn, caller, Permission.OVERSIGHT_READ, subject=None, detail={"shown": len(found)})
    return found


async def _note(
    conn: AsyncConnection,
    caller: Caller,
    action: Permission,
    *,
    subject: RenownId | None,
    detail: dict[str, Any],
) -> None:
    await audit.record(conn, caller.user, action=action, subject_kind=SUBJECT, subject=subject, detail=detail)
