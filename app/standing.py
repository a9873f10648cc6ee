"""How the platform stands, asked of its database: pulses, alerts and tasks."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from app import metrics
from app.private.place import ROOT
from app.running import connected
from core import clock
from core.settings import Settings

ROUND_S: Final = 10.0

# When each part last beat, and which of them is blind now.
_PULSES: Final = """
select part, at, exists (
    select from blind_times b where b.part = h.part and upper_inf(b.during)
) as is_blind
from heartbeats h
"""

# Open alerts by severity, and since when the oldest of them waits for somebody.
_ALERTS: Final = """
select severity, count(*) as many, min(raised_at) filter (where state = 'new') as oldest
from alerts
where state <> 'closed'
group by severity
"""

# How many tasks are late, and since when the oldest one is.
_LATE: Final = """
select count(*) as many, min(due_at) as oldest from tasks where done_at is null and due_at < $1
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    part: str
    at: datetime
    is_blind: bool


@dataclass(frozen=True, slots=True)
class Standing:
    pulses: tuple[Pulse, ...]
    late_tasks: int
    late_since: datetime | None
    untaken_since: datetime | None
    alerts: dict[int, int] = field(default_factory=dict)
    """Severity → how many are open."""


async def ask(conn: asyncpg.Connection, *, now: datetime) -> Standing:
    pulses = tuple(Pulse(row["part"], row["at"], row["is_blind"]) for row in await conn.fetch(_PULSES))
    alerts = await conn.fetch(_ALERTS)
    (late,) = await conn.fetch(_LATE, now)
    waiting = [row["oldest"] for row in alerts if row["oldest"]]
    return Standing(
        pulses,
        late["many"],
        late["oldest"],
        min(waiting, default=None),
        {row["severity"]: row["many"] for row in alerts},
    )


def newest_revision() -> str:
    """Of the schema that this code was written for."""
    return max(path.name[:4] for path in (ROOT / "migrations/versions").glob("[0-9]*.py"))


def show(found: Standing, *, now: datetime) -> None:
    for pulse in found.pulses:
        metrics.PULSE.labels(pulse.part).set((now - pulse.at).total_seconds())
    metrics.BLIND.set(sum(pulse.is_blind for pulse in found.pulses))
    for severity in range(1, 5):
        metrics.ALERTS.labels(str(severity)).set(found.alerts.get(severity, 0))
    metrics.UNTAKEN.set(_age(found.untaken_since, now))
    metrics.OVERDUE.set(found.late_tasks)
    metrics.OLDEST.set(_age(found.late_since, now))


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


async def rounds(loaded: Settings) -> None:
    """For the keeper: one short look every ten seconds, on a connection of its own."""
    async with connected(loaded.database_url) as conn:
        while True:
            now = clock.now()
            show(await ask(conn, now=now), now=now)
            await asyncio.sleep(ROUND_S)
