"""ejazo watch: the keeper of partitions, retention and feed, of the worker's pulse and of untaken alerts."""

import asyncio
import contextlib
import logging
import signal
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import click
import uvloop

from app import archive, settings
from app import log as logs
from core import bus, clock, db, heartbeat
from core.settings import Settings
from geofence.store import escalation, pairs, standings
from tracking import retention
from tracking.store import keep_partitions, records

PART: Final = "watch"
WATCHED: Final = "ingest"
TURN_S: Final = 1.0
TIDY_TURNS: Final = 600
"""Partitions and the feed need a look every ten minutes."""
RETRY_S: Final = 1.0

log = logging.getLogger(PART)


@dataclass(frozen=True, slots=True)
class Rules:
    source: str
    valid_from: date
    feed_keep: timedelta
    escalate_again_s: float
    untaken_after_s: Mapping[int, float]

    @classmethod
    def load(cls) -> "Rules":
        said: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
        return cls(
            said["source"],
            said["valid_from"],
            timedelta(hours=said["feed_keep_hours"]),
            said["escalate_again_s"],
            {int(severity): seconds for severity, seconds in said["untaken_after_s"].items()},
        )


async def tidy(conn: asyncpg.Connection, rules: Rules) -> None:
    kept, now = retention.load(), clock.now()
    made, dropped = await keep_partitions(
        conn, today=now.date(), ahead=kept.ahead_days, keep_days=kept.keep_days
    )
    await standings.prune(conn, before_us=clock.to_us(now - timedelta(days=kept.keep_days)))
    await pairs.prune(conn, before_us=clock.to_us(now - timedelta(days=kept.keep_days)))
    await records.forget(conn, now - timedelta(days=kept.keep_days))
    pruned = await bus.prune(conn, now - rules.feed_keep)
    log.info("tidied", extra={"made": len(made), "dropped": len(dropped), "pruned": pruned})


async def look(conn: asyncpg.Connection, rules: Rules) -> None:
    """Once a second: does the worker beat, and does somebody answer the alerts?"""
    now = clock.now()
    async with conn.transaction():
        await heartbeat.beat(conn, PART, now=now)
        rows = []
        if await heartbeat.open_blind(conn, WATCHED, now=now) is not None:
            log.error("the worker is silent")
            rows.append(bus.Row("platform", {"what": "blind", "part": WATCHED}))
        waiting = await escalation.untaken(
            conn, rules.untaken_after_s, now=now, again_s=rules.escalate_again_s
        )
        rows += [
            bus.Row("platform", {"what": "escalation", "alert": alert, "severity": severity}, person)
            for alert, person, severity in waiting
        ]
        await bus.announce(conn, rows)


async def keep(conn: asyncpg.Connection) -> None:
    rules, turn = Rules.load(), 0
    while True:
        if turn % TIDY_TURNS == 0:
            await tidy(conn, rules)
        await look(conn, rules)
        turn += 1
        await asyncio.sleep(TURN_S)


async def run(loaded: Settings) -> None:
    """Works until it is cancelled, whatever fails meanwhile."""
    while True:
        try:
            conn = await db.connect(loaded.database_url)
            try:
                await keep(conn)
            finally:
                conn.terminate()
        except Exception:
            log.exception("begins again")
        await asyncio.sleep(RETRY_S)


async def _until_told(loaded: Settings) -> None:
    beside = asyncio.create_task(archive.rounds(loaded))
    work = asyncio.current_task()
    if work is not None:
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await run(loaded)
    beside.cancel()


@click.command()
def command() -> None:
    """Keep partitions, retention and the feed; watch the worker and the alerts."""
    logs.begin()
    uvloop.run(_until_told(settings.load()))
