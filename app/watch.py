"""ejazo watch: the keeper of partitions, retention, feed and ledger, of pulses and unanswered cards."""

import asyncio
import logging
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import click

from app import archive, duties, importing, ladder, ledger, metrics, nightly, pushing, settings, standing
from app.running import again_and_again, connected, until_told
from app.training import agreed
from core import bus, clock, heartbeat
from core.settings import Settings
from geofence.store import pairs, standings
from tracking import retention
from tracking.sharding import Shard
from tracking.store import keep_partitions, records

PART: Final = "watch"
WATCHED: Final = "ingest"
TURN_S: Final = 1.0
TIDY_TURNS: Final = 600
"""Partitions and the feed need a look every ten minutes."""
log = logging.getLogger(PART)


@dataclass(frozen=True, slots=True)
class Rules:
    source: str
    valid_from: date
    feed_keep: timedelta
    duties_every_s: float
    ladder_every_s: float

    @classmethod
    def load(cls) -> "Rules":
        said: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
        return cls(
            said["source"],
            said["valid_from"],
            timedelta(hours=said["feed_keep_hours"]),
            said["duties_every_s"],
            said["ladder_every_s"],
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


async def look(conn: asyncpg.Connection, *, shards: int = 1) -> None:
    """Once a second: do the workers beat?"""
    now = clock.now()
    async with conn.transaction():
        await heartbeat.beat(conn, PART, now=now)
        rows = []
        for part in [Shard(number, shards).named(WATCHED) for number in range(shards)]:
            if await heartbeat.open_blind(conn, part, now=now) is not None:
                log.error("a worker is silent", extra={"worker": part})
                rows.append(bus.Row("platform", {"what": "blind", "part": part}))
        await bus.announce(conn, rows)


async def keep(conn: asyncpg.Connection, *, shards: int) -> None:
    rules, turn = Rules.load(), 0
    while True:
        if turn % TIDY_TURNS == 0:
            await tidy(conn, rules)
        await look(conn, shards=shards)
        turn += 1
        await asyncio.sleep(TURN_S)


async def turn(loaded: Settings) -> None:
    async with connected(loaded.database_url) as conn:
        await keep(conn, shards=loaded.shards)


async def everything(loaded: Settings) -> None:
    """Each on a connection of its own: a big day takes minutes, and a look may not wait."""
    rules = Rules.load()
    await asyncio.gather(
        again_and_again(lambda: turn(loaded)),
        again_and_again(lambda: archive.rounds(loaded)),
        again_and_again(lambda: duties.rounds(loaded, every_s=rules.duties_every_s)),
        again_and_again(lambda: ladder.rounds(loaded, every_s=rules.ladder_every_s)),
        again_and_again(lambda: nightly.rounds(loaded)),
        again_and_again(lambda: standing.rounds(loaded)),
        again_and_again(lambda: importing.rounds(loaded)),
        again_and_again(lambda: ledger.rounds(loaded)),
        again_and_again(lambda: pushing.rounds(loaded)),
    )


@click.command()
def command() -> None:
    """Keep partitions, retention and the feed; watch worker, alerts and what is owed; import files."""
    loaded = settings.load()
    agreed.at_start(loaded, waits=True)
    metrics.serve(loaded.metrics_port)
    until_told(everything(loaded))
