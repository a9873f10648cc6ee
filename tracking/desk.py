"""What officers read of devices and ask of them: within their people only, tracks and commands recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import Invalid, NotFound
from core.model import DeviceId, PersonId
from inmates import service as people
from tracking.store import commands, tracks

LONGEST: Final = timedelta(days=31)
MOST: Final = 20_000
"""Points of one answer; `next` says where the following begins."""
SHOWN: Final = 50
"""Commands of one answer."""


class PeriodWrong(Invalid):
    code: ClassVar[str] = "period_wrong"


@dataclass(frozen=True, slots=True)
class Track:
    points: Sequence[tracks.Point]
    next: datetime | None
    """There is more from here on; None: this was all."""


async def track(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    since: datetime,
    until: datetime,
    most: int = MOST,
) -> Track:
    """Where a person was; the reading is recorded with its period."""
    if not since < until <= since + LONGEST:
        raise PeriodWrong(days=LONGEST.days)
    action = Permission.TRACK_READ
    _, glass = await people.admitted(conn, caller, person=person, action=action)
    found = _cut(await tracks.track(conn, person, since=since, until=until, most=most + 1), most)
    detail = {"since": since.isoformat(), "until": until.isoformat(), "points": len(found.points)}
    await audit.record(
        conn, caller.user, action=action, subject_kind="person", subject=person, detail=detail | glass
    )
    return found


async def device(conn: AsyncConnection, caller: Caller, *, device: DeviceId) -> tracks.Worn:
    found = await tracks.device(conn, device, scope=people.within(caller))
    if found is None:
        raise NotFound
    return found


async def commands_of(conn: AsyncConnection, caller: Caller, *, device: DeviceId) -> list[tracks.Ordered]:
    found = await tracks.device(conn, device, scope=people.within(caller))
    if found is None:
        raise NotFound
    return await tracks.commands_of(conn, device, most=SHOWN)


async def command(
    conn: AsyncConnection,
    caller: Caller,
    *,
    device: DeviceId,
    kind: str,
    body: dict[str, Any],
    expires_at: datetime | None = None,
) -> int:
    """Puts a command into the outbox; what a text says is in the command, not in the audit."""
    found = await tracks.device(conn, device, scope=people.within(caller))
    if found is None:
        raise NotFound
    made = await commands.order(
        conn, device, kind=kind, body=body, made_by=caller.user, expires_at=expires_at
    )
    await audit.record(
        conn,
        caller.user,
        action=Permission.DEVICE_COMMAND,
        subject_kind="device",
        subject=device,
        detail={"command": made, "kind": kind, "person": found.person_id},
    )
    return made


def _cut(points: list[tracks.Point], most: int) -> Track:
    """A page ends before a moment, never within it: the next one begins with all of that moment."""
    if len(points) <= most:
        return Track(points, None)
    rest = points[most].taken_at
    page = [point for point in points if point.taken_at < rest]
    return Track(page or points[:most], rest if page else rest + timedelta(microseconds=1))
