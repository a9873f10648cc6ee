"""Looking over the last hour, and asking oversight about what stands out."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Role
from inmates.detections import rules, store
from inmates.detections.rules import POLICY
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

HOUR: Final = timedelta(hours=1)


async def look(conn: AsyncConnection, *, now: datetime) -> int:
    """How many findings are new. A finding asks a human; nothing happens to anybody by it."""
    await store.forget(conn, before=now - POLICY.keep)
    made = 0
    for hour in await store.hours(conn, since=now - HOUR, until=now):
        for finding in rules.found(hour, policy=POLICY, here=clock.HERE):
            detection = await store.add(conn, finding, day=now.astimezone(clock.HERE).date())
            if detection is None:
                continue
            made += 1
            await tasks.add(
                conn,
                Wanted(
                    None,
                    f"detected_{finding.kind}",
                    Role.OVERSIGHT,
                    now + POLICY.answer,
                    "detection",
                    detection,
                ),
            )
            await audit.record(
                conn,
                None,
                action="detection:find",
                subject_kind="user",
                subject=finding.user,
                detail={"kind": finding.kind.value, "count": finding.count, "detection": detection},
            )
    return made
