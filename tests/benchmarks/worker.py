"""A nation held by one worker: to recover it, to judge a second of it, to let its clock tick, to save it.

`ejazo bench worker [--people N] [--seconds N] [--json FILE]`: made-up people in the database as `ejazo seed`
writes them, and a fix of each every fifteen seconds."""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import click
import numpy as np

from app import migrate, seed
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import bus, clock, db
from geofence import service
from geofence.model import ConditionKind, ShapeKind, Standing
from geofence.rules import hours
from geofence.service import Heard, Supervision
from tracking.fixes import Fixes
from tracking.store import partitions, records

SECOND_US = 1_000_000
INTERVAL_S = 15
BATCH = 4000
AT_HOME = (ConditionKind.CURFEW, ConditionKind.INCLUSION)


@dataclass(slots=True)
class Spent:
    """Seconds of this process and by the clock, by what they went to."""

    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)

    @asynccontextmanager
    async def on(self, what: str) -> AsyncIterator[None]:
        began, used = time.perf_counter(), time.process_time()
        yield
        self.cpu.setdefault(what, []).append(time.process_time() - used)
        self.wall.setdefault(what, []).append(time.perf_counter() - began)

    def row(self, what: str, unit: str, each: Callable[[list[float]], float]) -> Row:
        cpu, wall = each(self.cpu[what]), each(self.wall[what])
        return Row(what, None, figures={unit: wall, f"of it Python, {unit}": cpu})


def homes(held: Supervision, at_us: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People, and where each must or may be at this hour."""
    people, lon, lat = [], [], []
    for person, duty in held.duties.items():
        rounds = [t for t in duty.terms if t.shape.kind is ShapeKind.CIRCLE and t.kind in AT_HOME]
        rounds.sort(key=lambda term: not hours.holds(term, at_us))
        place = rounds[0].shape.geometry if rounds else duty.terms[0].shape.geometry.centroid
        people.append(person)
        lon.append(place.x)
        lat.append(place.y)
    return np.array(people), np.array(lon), np.array(lat)


def heard_at(
    rows: np.ndarray, taken_us: int, where: tuple[np.ndarray, ...], chance: np.random.Generator
) -> Fixes:
    """One fix of each, ten metres from home."""
    people, lon, lat = (column[rows] for column in where)
    n = len(people)
    taken = taken_us + chance.integers(0, SECOND_US, n)
    empty = np.full(n, np.nan, np.float32)
    return Fixes(
        device=people,
        sequence=taken // SECOND_US,
        person=people,
        taken_us=taken,
        sent_us=taken,
        received_us=np.full(n, taken_us + SECOND_US, np.int64),
        lon=lon + chance.normal(0, 0.0001, n),
        lat=lat + chance.normal(0, 0.0001, n),
        accuracy_m=np.full(n, 10, np.float32),
        speed_mps=empty,
        course_deg=empty,
        satellites=np.full(n, 8, np.int16),
        hdop=empty,
        battery=np.full(n, 80, np.int16),
        mechanism=np.full(n, 1, np.uint8),
        flags=np.zeros(n, np.uint16),
    )


async def live(
    conn: asyncpg.Connection, held: Supervision, *, seconds: int, begin_us: int, spent: Spent
) -> int:
    """So many seconds of everybody; gives the moment after."""
    where, chance, at_us = homes(held, begin_us), np.random.default_rng(7), begin_us
    everybody = len(where[0])
    for second in range(seconds):
        at_us = begin_us + second * SECOND_US
        is_first = second < INTERVAL_S
        now_us = at_us + 2 * SECOND_US
        some = np.arange(second % INTERVAL_S, everybody, INTERVAL_S)
        for first in range(0, len(some), BATCH):
            new = heard_at(some[first : first + BATCH], at_us, where, chance)
            async with conn.transaction():
                await records.insert_fixes(conn, new, certain=np.ones(len(new), bool))
                async with spent.on("first fixes" if is_first else "judge"):
                    rows = await service.judge(conn, held, new, (), now_us=now_us)
                await bus.announce(conn, rows)
        contacts = Heard(where[0], np.full(everybody, now_us))
        async with conn.transaction():
            async with spent.on("a second's tick"):
                rows = await service.tick(conn, held, contacts=contacts, blind=[(0, begin_us)], now_us=now_us)
            async with spent.on("a second's checkpoints"):
                await service.write_seats(conn, held, now_us=now_us)
                await service.checkpoint(conn, held, now_us=now_us)
            await bus.announce(conn, rows)
    return at_us + 3 * SECOND_US


def rounded(standing: Standing) -> Standing:
    """But for the last digits of what is believed."""
    beliefs = (replace(belief, odds=float(f"{belief.odds:.9g}")) for belief in standing.beliefs)
    return replace(standing, beliefs=tuple(beliefs))


async def recovered(conn: asyncpg.Connection, spent: Spent, what: str, now_us: int) -> Supervision:
    async with spent.on(what), conn.transaction():
        return await service.recover(conn, now_us=now_us)


async def measure(url: str, *, people: int, seconds: int, is_seeded: bool) -> list[Row]:
    spent, rows = Spent(), list[Row]()
    if not is_seeded:
        async with spent.on("seed"):
            await seed.run(url, people=people, seed=1)
        rows.append(spent.row("seed", "s", sum))
    conn = await db.connect(url)
    now_us = clock.now_us()
    async with conn.transaction():
        await partitions.make(conn, {clock.from_us(now_us).date()})
    held = await recovered(conn, spent, "recover people never heard", now_us)
    rows.append(spent.row("recover people never heard", "s", sum))
    count = len(held.duties)
    end_us = await live(conn, held, seconds=seconds, begin_us=now_us, spent=spent)
    judged = count / INTERVAL_S * (seconds - INTERVAL_S)
    rows.append(spent.row("first fixes", "µs a fix", lambda s: 1e6 * sum(s) / count))
    rows.append(spent.row("judge", "µs a fix", lambda s: 1e6 * sum(s) / judged))
    for what in ("a second's tick", "a second's checkpoints"):
        rows.append(spent.row(what, "ms", lambda s: 1000 * float(np.mean(s[INTERVAL_S:]))))
        rows.append(spent.row(what, "ms at most", lambda s: 1000 * max(s[INTERVAL_S:])))
    before = {
        person: rounded(held.board.standing(person)) for person in list(held.duties)[:: max(1, count // 1000)]
    }
    del held
    again = await recovered(conn, spent, "recover after a kill", end_us)
    rows.append(spent.row("recover after a kill", "s", sum))
    same = sum(rounded(again.board.standing(person)) == standing for person, standing in before.items())
    rows.append(Row("as they were", None, figures={"people": count, "compared": len(before), "same": same}))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows.append(Row("memory", None, figures={"MB at most": most // 1024}))
    return rows


def main() -> None:
    words, file = report.arguments()
    asked = argparse.ArgumentParser(prog="ejazo bench worker")
    asked.add_argument("--people", type=int, default=255_000)
    asked.add_argument("--seconds", type=int, default=120)
    asked.add_argument("--url", help="A database that is seeded already, and may be written to.")
    given = asked.parse_args(words)
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o711)
        cluster = None if given.url else Cluster(Path(home) / "pg", fast=True).start()
        try:
            url = given.url
            if cluster is not None:
                cluster.ensure("bench")
                url = cluster.url("bench")
                migrate.upgrade(url)
            how = {"people": given.people, "seconds": given.seconds, "is_seeded": cluster is None}
            click.echo(report.machine(("numpy", "numba", "asyncpg")))
            report.finish(asyncio.run(measure(url, **how)), file)
        finally:
            if cluster is not None:
                cluster.stop()


if __name__ == "__main__":
    main()
