"""The tasks that a screening asks of humans: the psychologist's say why, those of others whom to call."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller, Role
from core.model import PersonId
from inmates.psychology.model import Score, ScreeningId
from inmates.service import near
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

ASK_AGAIN: Final = timedelta(days=1)
"""An item of safety without an answer is asked again within a day."""


async def for_safety(
    conn: AsyncConnection, score: Score, *, person: PersonId, screening: ScreeningId, now: datetime
) -> None:
    """Whatever the total: an alarming answer is urgent for the psychologist and for whoever is on duty."""
    psychologist = Role.PSYCHOLOGIST
    if score.alarming:
        kind = "psychology_safety"
        await tasks.add(conn, Wanted(person, kind, psychologist, now, "screening", screening, is_urgent=True))
        duty = await near(conn, person)
        # Their task names the person and nothing else: no screening, no answer.
        await tasks.add(
            conn, Wanted(person, "contact_psychologist", duty, now, "person", person, is_urgent=True)
        )
    elif score.unasked:
        kind, due = "psychology_unasked", now + ASK_AGAIN
        await tasks.add(conn, Wanted(person, kind, psychologist, due, "screening", screening))


async def for_repeat(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    screening: ScreeningId,
    earlier: Iterable[ScreeningId],
    due_at: datetime,
) -> None:
    """Taking a screen does what its earlier takings asked for, and asks for the next."""
    for before in earlier:
        for kind in ("psychology_repeat", "psychology_unasked"):
            await tasks.settle(conn, caller, kind=kind, subject=before)
    await tasks.add(
        conn, Wanted(person, "psychology_repeat", Role.PSYCHOLOGIST, due_at, "screening", screening)
    )
