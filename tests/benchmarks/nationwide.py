"""A nation on this machine with everything on it: simulator, broker, worker with the real engine, PostGIS
with fsync, API with a duty centre's live sockets, keeper.

`ejazo bench nationwide [--people 255000] [--minutes 2] [--only whole] [--kills N] [--json FILE]`

One run in three parts: half the national load (for the time from a fix to its commit), the national load, and
more than that; and if asked for by `--only half,backlog`, a country that comes back after an outage: what it
measured meanwhile (`--outage` minutes) waits in its devices, and it goes on measuring while that is drained.
Each ends with its ledger compared. The database is seeded first, which takes minutes."""

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import click
import numpy as np
import psutil

import callers
from benchmarks import report
from benchmarks.eyes import Eyes
from benchmarks.report import Row
from benchmarks.stand import NATIONAL, Stand
from core import clock, db, sessions
from core.auth import Role
from platform_running import ROOT

PARTS = ("api", "ingest", "watch")
WARM_UP = timedelta(minutes=1)
VICTIMS = ("ingest", "broker", "api", "postgres")
"""Killed one after the other; postgres: all of it."""
WAIT_S = 1800.0
"""So long a comparison waits for what is still under way: late people are folded one after the other."""
LAG_S = 1.0
"""A simulator that falls farther behind its schedule has not held the load."""
LOADS = {"half": 0.5, "whole": 1.0, "more": 1.8, "backlog": 1.0}
"""Parts of a run, as shares of the national load."""

# How long after it was sent was a fix committed? A sample of those of a run.
COMMITTED = """
select extract(epoch from pg_xact_commit_timestamp(xmin) - sent_at)
from fixes
where taken_at >= $1 and received_at >= $1 and received_at < $2 and random() < $3
"""

# What was of the past, and how long did it take to drain it?
DRAINED = """
select count(*), extract(epoch from max(received_at) - min(received_at))
from fixes
where taken_at >= $1 and received_at >= $2 and sent_at - taken_at > interval '2 minutes'
"""

# When did the worker receive the report that raised an alert? The last one of this part before it was found.
RAISED = """
select a.id, extract(epoch from (
    select max(f.received_at)
    from fixes f join wearings w on w.device_id = f.device_id
    where w.person_id = b.person_id and f.received_at between $1 and b.found_at
        and f.taken_at between b.found_at - interval '3 minutes' and b.found_at + interval '1 minute'
))
from alerts a join breaches b on b.id = a.breach_id
where b.found_at >= $1 and not b.is_late and b.kind in ('curfew', 'inclusion_left', 'exclusion_entered')
"""


def prepare(stand: Stand) -> None:
    """Commits are stamped, so that they can be read afterwards."""
    stand.platform.stop()
    setting = stand.cluster.data / "postgresql.auto.conf"
    stand.cluster.stop()
    setting.write_text(setting.read_text("utf-8") + "track_commit_timestamp = on\n", "utf-8")
    stand.cluster.start()


async def begin(stand: Stand) -> Eyes:
    stand.platform.gateway = stand.broker.url("gateway")
    began = time.perf_counter()
    stand.platform.start(*PARTS)
    while "recovered" not in stand.platform.log("ingest"):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.2)
    click.echo(f"the worker begins after {time.perf_counter() - began:.1f} s")
    engine = db.engine(stand.platform.database)
    secret = await callers.session(engine, await callers.user(engine, "duty", role=Role.ADMINISTRATOR))
    await engine.dispose()
    return Eyes(stand.platform.url, f"{sessions.COOKIE}={secret}")


def simulate(stand: Stand, ledger: Path, *options: str) -> subprocess.Popen[bytes]:
    pids = {"postgres": stand.cluster.child, "broker": stand.broker.child, **stand.platform.children}
    watched = ",".join(f"{name}={child.pid}" for name, child in pids.items() if child)
    asked = ["--devices", str(stand.people), "--ledger", str(ledger), "--watch-pids", watched]
    asked += ["--summary", str(ledger.with_suffix(".json"))]
    return subprocess.Popen(
        [sys.executable, "-m", "app", "simulate", *asked, *options],
        cwd=ROOT,
        env=stand.platform.environment,
        stderr=(stand.home / "simulate.log").open("ab"),
    )


async def play(
    stand: Stand,
    name: str,
    *,
    interval_s: float,
    minutes: float,
    connections: int,
    kills: int = 0,
    outage: float = 0.0,
    breaking: float = 0.001,
) -> dict[str, Any]:
    """One part: its summary, what `compare` says of it, and what the sockets were told.
    outage: minutes before it, whose reports wait in the devices; breaking: share of the people who do."""
    ledger = stand.home / f"{name}.ledger"
    lasts_s = (minutes + outage) * 60
    options = ["--interval", f"{interval_s:g}", "--duration", f"{lasts_s:g}", "--breaking", f"{breaking:g}"]
    options += ["--ago", f"{outage * 60:g}", "--returns"] if outage else []
    child = simulate(stand, ledger, *options, "--connections", str(connections))
    memory, killing = list[float](), asyncio.create_task(kill_some(stand, kills, minutes))
    while child.poll() is None:
        await asyncio.sleep(5)
        with contextlib.suppress(psutil.Error, KeyError):
            memory.append(psutil.Process(stand.platform.children["ingest"].pid).memory_info().rss / 2**20)
    killing.cancel()
    figures: dict[str, Any] = json.loads(ledger.with_suffix(".json").read_text("utf-8"))
    waits = ("--json", "--wait", f"{WAIT_S:g}")
    done = await asyncio.to_thread(stand.platform.run, "compare", str(ledger), *waits)
    compared = json.loads(done.stdout)
    said = {k: compared[k] for k in ("sent", "stored", "lost", "doubled", "true", "missed", "false")}
    cores = {f"{part}_cores": round(share, 2) for part, share in figures["cores"].items()}
    held = {k: figures[k] for k in ("messages_per_s", "worst_lag_s", "unacknowledged")}
    flat = {"memory_mb_begin": min(memory[-3:-2] + memory[:1]), "memory_mb_end": memory[-1]} if memory else {}
    click.echo(f"{name}: {held} {cores} {said} {flat}")
    return {**held, **cores, **said, **flat}


async def kill_some(stand: Stand, kills: int, minutes: float) -> None:
    for n in range(kills):
        await asyncio.sleep(minutes * 60 / (kills + 1))
        await kill(stand, VICTIMS[n % len(VICTIMS)])


async def kill(stand: Stand, victim: str) -> None:
    """kill -9, and a new start."""
    click.echo(f"kill -9 {victim}")
    if victim in stand.platform.children:
        stand.platform.kill(victim)
        await asyncio.to_thread(stand.platform.start, victim)
    else:
        service: Any = stand.broker if victim == "broker" else stand.cluster
        service.child.kill()
        await asyncio.to_thread(service.child.wait)
        await asyncio.to_thread(service.start)


async def commit_ms(conn: asyncpg.Connection, since: datetime) -> dict[str, float]:
    """Of a worker that knows everybody; the first minute, in which it meets them, stands beside."""
    begun = await conn.fetchval("select min(received_at) from fixes where received_at >= $1", since)
    warm, now = begun + WARM_UP, await conn.fetchval("select clock_timestamp()")
    waits = [
        [float(row[0]) * 1000 for row in await conn.fetch(COMMITTED, *times, 0.02)]
        for times in ((warm, now), (begun, warm))
    ]
    (p50, p99), cold = np.percentile(waits[0], (50, 99)), np.percentile(waits[1], 99)
    return {"p50_ms": p50, "p99_ms": p99, "first_minute_p99_ms": cold, "fixes": float(len(waits[0]))}


async def alert_ms(conn: asyncpg.Connection, eyes: Eyes, since: Any) -> dict[str, float]:
    late = [
        (eyes.heard[row[0]] - float(row[1])) * 1000
        for row in await conn.fetch(RAISED, since)
        if row[0] in eyes.heard and row[1] is not None
    ]
    if not late:
        return {"alerts": 0.0}
    p50, p99 = np.percentile(late, (50, 99))
    return {"p50_ms": float(p50), "p99_ms": float(p99), "alerts": float(len(late))}


async def measure(
    stand: Stand,
    parts: tuple[str, ...],
    *,
    minutes: float,
    interval: float,
    connections: int,
    kills: int,
    outage: float,
) -> list[Row]:
    eyes = await begin(stand)
    await eyes.open()
    rows = list[Row]()
    for name, share in ((name, LOADS[name]) for name in parts):
        since = clock.now()
        load = {"interval_s": interval / share, "minutes": minutes, "connections": connections}
        if name == "backlog":
            rows.append(await backlog(stand, load | {"outage": outage}))
            continue
        calm = {"breaking": 0.0} if "backlog" in parts else {}  # an outage reaches back to when this part ran
        found = await play(stand, name, **load, **calm, kills=kills if name == "whole" else 0)
        async with asking(stand) as conn:
            if name == "half":
                commit = await commit_ms(conn, since)
                ratio = 1000 / commit["p99_ms"]
                rows.append(Row("fix to commit, half the national load", ratio, 2, 10, dict(commit)))
                continue
            held = share * _held(found, share * stand.people / interval)
            rows.append(Row(f"{share:g} times the national load, everything on", held, 1.0, 1.8, found))
            if name == "whole":
                told = await alert_ms(conn, eyes, since)
                late = 2000 / told["p99_ms"] if told["alerts"] else None
                rows.append(Row("breach to an officer's socket, national load", late, 1, 4, dict(told)))
    await eyes.close()
    return rows


@contextlib.asynccontextmanager
async def asking(stand: Stand) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own for each question: the server may have been killed since the last."""
    conn = await db.connect(stand.platform.database)
    try:
        yield conn
    finally:
        await conn.close()


async def backlog(stand: Stand, load: dict[str, Any]) -> Row:
    """How soon what happens now is committed while the past is drained."""
    since = clock.now()
    found = await play(stand, "backlog", **load)
    async with asking(stand) as conn:
        commit = await commit_ms(conn, since)
        past, lasted_s = await conn.fetchrow(DRAINED, since - timedelta(minutes=load["outage"]), since)
    drained = {"past": past, "past_rows_a_second": past / float(lasted_s)}
    ratio = 1000 / commit["p99_ms"]
    return Row("fix to commit while an outage is drained", ratio, 1, 5, {**commit, **drained, **found})


def _held(found: dict[str, Any], wanted: float) -> float:
    """1 if the schedule was kept and everything acknowledged at the end; else what was sent, by the clock."""
    if found["worst_lag_s"] <= LAG_S and not found["unacknowledged"]:
        return 1.0
    return min(1.0, float(found["messages_per_s"]) / wanted)


@click.command()
@click.option("--people", default=255_000, show_default=True)
@click.option("--minutes", default=2.0, show_default=True, help="Of each part; breaches need eight.")
@click.option("--only", default="half,whole,more", show_default=True, help="These parts, or backlog.")
@click.option("--outage", default=25.0, show_default=True, help="Minutes that wait in the devices. [backlog]")
@click.option("--connections", default=2_000, show_default=True)
@click.option("--interval", default=15.0, show_default=True, help="Seconds between a device's fixes.")
@click.option("--kills", default=0, show_default=True, help="During the national load.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(people: int, only: str, file: Path | None, **load: Any) -> None:
    """Hold a nation's load, with everything on these cores."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    began = time.perf_counter()
    stand = Stand(home, people)
    click.echo(f"seeded in {time.perf_counter() - began:.0f} s; {NATIONAL:,} fixes/s is a nation of 255,000")
    try:
        prepare(stand)
        rows = asyncio.run(measure(stand, tuple(only.split(",")), **load))
    finally:
        stand.close()
        shutil.rmtree(home, ignore_errors=True)
    report.finish(rows, file)


if __name__ == "__main__":
    main()
