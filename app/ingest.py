"""ejazo ingest: takes in what devices report. Several may run; each shard of devices has one worker.

A shard is held by a lock of the worker's own connection to the database: what ends the one frees the other.
A process takes a shard that nobody holds, a second one only if it stays free, and gives one up again to a
process that has none."""

import asyncio
import gc
import logging
from dataclasses import dataclass, field
from typing import Final

import asyncpg
import click

from app import metrics, settings, traces
from app.running import again_and_again, connected, until_told
from app.training import agreed
from app.worker import Worker
from core.sealing import Keys
from core.settings import Settings
from tracking import wire
from tracking.inbox import Inbox
from tracking.lanes import Lanes
from tracking.links import LinkKind
from tracking.sharding import Shard

CLIENT_ID: Final = "ejazo-ingest"
"""Fixed: the broker keeps what arrives while the worker is away under this name,"""
PAST_ID: Final = "ejazo-ingest-past"
"""and under this what is of the past."""
LOCK: Final = 7265004
"""Of a shard, by whoever has it."""
IDLE: Final = 7265005
"""Shared, by processes that have none."""
LOOK_S: Final = 1.0
"""How often a process looks who has what."""
ORPHANED_S: Final = 5.0
"""So long a process that has a shard leaves a free one to others."""
RUBBISH: Final = (200_000, 20, 20)
"""When the collector looks for circles. A batch makes a hundred thousand objects that go with it anyway: to
look every 700 of them, as is usual, took a third of the worker's time (measured with `perf`)."""

# Which locks of these kinds are held by anybody?
_HELD: Final = """
select classid::bigint as kind, objid::bigint as number
from pg_locks
where locktype = 'advisory' and granted and classid = any($1::bigint[]::oid[])
    and database = (select oid from pg_database where datname = current_database())
"""

log = logging.getLogger("ingest")


@dataclass(slots=True)
class Claims:
    """The shards of this process."""

    loaded: Settings
    mine: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    free_since: dict[int, float] = field(default_factory=dict)
    is_idle: bool = False

    async def turn(self) -> None:
        """Until the database is lost. A shard whose worker failed is free again, for whoever comes first."""
        async with connected(self.loaded.database_url) as conn:
            self.is_idle = False
            try:
                while True:
                    await self.look(conn)
                    await asyncio.sleep(LOOK_S)
            finally:
                for task in self.mine.values():
                    task.cancel()
                await asyncio.gather(*self.mine.values(), return_exceptions=True)

    async def look(self, conn: asyncpg.Connection) -> None:
        self.mine = {number: task for number, task in self.mine.items() if not task.done()}
        held = {(row["kind"], row["number"]) for row in await conn.fetch(_HELD, [LOCK, IDLE])}
        free = {n for n in range(self.loaded.shards) if n not in self.mine and (LOCK, n) not in held}
        now = asyncio.get_running_loop().time()
        self.free_since = {number: self.free_since.get(number, now) for number in free}
        for number, since in self.free_since.items():
            if not self.mine or now - since >= ORPHANED_S:
                self.mine[number] = asyncio.create_task(self.serve(number))
        if len(self.mine) > 1 and (IDLE, 0) in held:
            self.mine[max(self.mine)].cancel()
        if self.is_idle == bool(self.mine):
            self.is_idle = not self.mine
            verb = "pg_try_advisory_lock_shared" if self.is_idle else "pg_advisory_unlock_shared"
            await conn.execute(f"select {verb}($1, 0)", IDLE)

    async def serve(self, number: int) -> None:
        """Until something fails, if the shard is still free."""
        try:
            async with connected(self.loaded.database_url) as conn:
                if await conn.fetchval("select pg_try_advisory_lock($1, $2)", LOCK, number):
                    await work(conn, self.loaded, Shard(number, self.loaded.shards))
        except Exception:
            log.exception("begins again")


async def work(conn: asyncpg.Connection, loaded: Settings, shard: Shard) -> None:
    async with lanes(loaded, shard) as inbox:
        worker = await Worker.recover(
            conn, inbox, shard=shard, ack_every_s=loaded.ack_every_s, keys=Keys(loaded.keys)
        )
        await worker.work()


def lanes(loaded: Settings, shard: Shard) -> Lanes:
    bell = asyncio.Event()
    live, past = (
        Inbox(
            loaded.mqtt_url,
            client_id=shard.named(name),
            topics=topics,
            prefix=shard.prefix(is_sorted=loaded.broker_sorts),
            link=LinkKind(loaded.mqtt_link),
            bell=bell,
        )
        for name, topics in ((CLIENT_ID, wire.SUBSCRIPTIONS), (PAST_ID, wire.OF_THE_PAST))
    )
    return Lanes(live, past, bell=bell)


@click.command()
def command() -> None:
    """Take in what devices report, judge it and answer them."""
    gc.set_threshold(*RUBBISH)
    loaded = settings.load()
    agreed.at_start(loaded, waits=True)
    metrics.serve(loaded.metrics_port)
    traces.begin(loaded.traces_url, part="ingest")
    until_told(again_and_again(Claims(loaded).turn))
