"""How long one person's day takes to read among very many fixes: cold and warm, and from the archive.

python -m app bench tracks [MILLIONS] [--archive] [--json FILE]

While the day grows, when it is settled, and with --archive when it is a file."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import click
import numpy as np

from app import migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import db
from core.model import PersonId
from tracking.store import archive, partitions, settling, tracks

DAY = datetime(2026, 11, 20, tzinfo=UTC)
STEP_S = 15
STEPS = 86_400 // STEP_S
READERS = 40
LIMIT_MS = 50.0
WORLD = """
insert into persons (number, surname, given_name, sex, born_on)
    select n, 'A', 'B', 'm', '1990-01-01' from generate_series(1, {people}) n;
insert into devices (serial, model, protocol)
    select 'E' || n, 'm', 'ejazo' from generate_series(1, {people}) n;
insert into wearings (device_id, person_id, during) select id, id, tstzrange('2026-01-01', null) from persons;
analyze;
"""
# In the order of arrival: everybody's first fix, everybody's second, …; the key is made when all are there.
FILL = """
insert into {table} (taken_at, sent_at, received_at, lon, lat, sequence, device_id, person_id,
    accuracy_m, speed_mps, course_deg, hdop, satellites, battery, mechanism, flags)
select t, t, t + interval '650 ms', 69.15 + d % 2000 * 0.0001 + s % 97 * 0.00001,
    41.2 + d % 1999 * 0.0001 + s % 89 * 0.00001, s + 1, d, d, 5.5, 1.25, nullif(s % 360, 0), 0.9, 9, 80, 1, 8
from generate_series({first}, {last}) s, generate_series(1, {people}) d,
    lateral (select $1::timestamptz + s * interval '15 s' + d % 15000 * interval '1 ms') as at (t)
"""


@click.command
@click.argument("millions", default=5.0)
@click.option("--archive", "is_archived", is_flag=True, help="Archive the day too, and read it from there.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(millions: float, *, is_archived: bool, file: Path | None) -> None:
    """One day of as many devices as give so many millions of fixes, one each 15 s."""
    people = max(READERS * 2, round(millions * 1e6 / STEPS))
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home / "pg", fast=True).start()
    try:
        cluster.ensure("ejazo")
        migrate.upgrade(cluster.url("ejazo"))
        asyncio.run(fill(cluster, people))
        rows = list(read(cluster, people, "today's table"))
        rows.append(asyncio.run(settled(cluster)))
        rows += read(cluster, people, "a settled table")
        if is_archived:
            rows.append(asyncio.run(to_files(cluster, home / "archive")))
            rows += read(cluster, people, "a file", home / "archive")
        report.finish(rows, file)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


async def fill(cluster: Cluster, people: int) -> None:
    conn, begun = await db.connect(cluster.url("ejazo")), perf_counter()
    await conn.execute(WORLD.format(people=people))
    table = partitions.name(DAY.date())
    since, until = DAY.isoformat(), (DAY + timedelta(days=1)).isoformat()
    await conn.execute("set maintenance_work_mem = '512MB'; set max_parallel_maintenance_workers = 1")
    async with conn.transaction():  # made and filled in one transaction: nothing goes through the WAL twice
        await conn.execute(f"create table {table} (like fixes)")
        for first in range(0, STEPS, 576):
            last = min(first + 576, STEPS) - 1
            await conn.execute(FILL.format(table=table, first=first, last=last, people=people), DAY)
            click.echo(f"{perf_counter() - begun:7.0f} s  {(last + 1) * people:,} fixes")
    await conn.execute(
        f"alter table fixes attach partition {table} for values from ('{since}') to ('{until}')"
    )
    click.echo(f"{perf_counter() - begun:7.0f} s  the key is made")
    await conn.execute(f"vacuum (freeze, analyze) {table}")
    click.echo(f"{perf_counter() - begun:7.0f} s  frozen")
    await conn.close()


def chill(cluster: Cluster, *more: Path) -> None:
    """Forget what is in memory: of the server, and of the operating system about these files."""
    cluster.stop()
    for folder in (cluster.data / "base", *more):
        for path in folder.rglob("*"):
            if path.is_file():
                descriptor = os.open(path, os.O_RDONLY)
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)
    cluster.start()


def read(cluster: Cluster, people: int, where: str, *folders: Path) -> Iterable[Row]:
    """Some people's days one after another: the first time cold, then again warm."""
    chosen = np.random.default_rng(5).choice(people, READERS, replace=False) + 1
    chill(cluster, *folders)
    for state, took in zip(
        ("cold", "warm"), asyncio.run(times(cluster, [PersonId(int(p)) for p in chosen])), strict=True
    ):
        p50, p95 = np.percentile(took[:, 0], (50, 95))
        figures = {"p50_ms": float(p50), "p95_ms": float(p95), "cpu_ms": float(np.median(took[:, 1]))}
        figures |= {"fixes": people * STEPS, "fixes_a_day": STEPS}
        yield Row(
            f"a person's day from {where}, {state}: 50 ms / p95", LIMIT_MS / float(p95), 1.0, None, figures
        )


async def times(cluster: Cluster, chosen: list[PersonId]) -> list[np.ndarray]:
    """Milliseconds of wall and of this process's processor, by person; once, and once again."""
    engine = db.engine(cluster.url("ejazo"))
    gc.collect()
    gc.freeze()  # as the API does
    async with db.transaction(engine) as conn:
        await tracks.track(
            conn, PersonId(0), since=DAY, until=DAY + timedelta(days=1), most=1
        )  # plans, imports
        found = []
        for _ in range(2):
            took = []
            for person in chosen:
                begun, spent = perf_counter(), process_time()
                points = await tracks.track(
                    conn, person, since=DAY, until=DAY + timedelta(days=1), most=20_000
                )
                took.append(((perf_counter() - begun) * 1e3, (process_time() - spent) * 1e3))
                if len(points) < STEPS - 1:
                    raise AssertionError(len(points))
            found.append(np.array(took))
    await engine.dispose()
    return found


async def settled(cluster: Cluster) -> Row:
    conn, begun = await db.connect(cluster.url("ejazo")), perf_counter()
    await settling.settle(conn, DAY.date())
    await conn.close()
    return Row("settling the day", None, figures={"seconds": perf_counter() - begun})


async def to_files(cluster: Cluster, folder: Path) -> Row:
    conn = await db.connect(cluster.url("ejazo"))
    begun, spent = perf_counter(), process_time()
    done = await archive.keep(conn, DAY.date(), folder)
    seconds, cpu = perf_counter() - begun, process_time() - spent
    await conn.close()
    if done is None:
        raise AssertionError("somebody else reads this cluster")
    figures = {"seconds": seconds, "cpu_s": cpu, "fixes": done.rows, "bytes_a_fix": done.bytes / done.rows}
    return Row("archiving the day", None, figures=figures)


if __name__ == "__main__":
    main()
