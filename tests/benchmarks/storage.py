"""What a fix costs on the disk and in the WAL beside the straightforward table, and in the archive.

python -m app bench storage [FIXES] [--json FILE]"""

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import click
import numpy as np

from app import migrate
from app.private.postgres import Cluster
from benchmarks import arrivals, report
from benchmarks.report import Row
from core import db
from tracking import retention
from tracking.fixes import Fixes
from tracking.store import archive, partitions, parts, records, settling

DAY = datetime(2026, 11, 20, tzinfo=UTC)
LEAST, AIM = 2.0, 4.0
PLAIN = """
create table plain (
    id uuid primary key default gen_random_uuid(),
    device_id uuid not null,
    person_id uuid not null,
    sequence bigint not null,
    taken_at timestamptz not null,
    sent_at timestamptz not null,
    received_at timestamptz not null,
    position geography(Point, 4326) not null,
    accuracy_m real,
    speed_mps real,
    course_deg real,
    satellites smallint,
    hdop real,
    battery smallint,
    mechanism smallint not null,
    flags integer not null
);
create index on plain (device_id, taken_at);
create index on plain using gist (position);
create temp table waiting (like fixes)
"""
# The same fixes as one would write them first; ids of devices and persons are as random as any uuid.
TO_PLAIN = """
insert into plain (device_id, person_id, sequence, taken_at, sent_at, received_at, position, accuracy_m,
    speed_mps, course_deg, satellites, hdop, battery, mechanism, flags)
select md5('d' || device_id)::uuid, md5('p' || person_id)::uuid, sequence, taken_at, sent_at, received_at,
    st_setsrid(st_makepoint(lon, lat), 4326)::geography, accuracy_m, speed_mps, course_deg, satellites, hdop,
    battery, mechanism, flags
from waiting
"""
SIZES = """
select pg_relation_size($1) as heap, pg_indexes_size($1) as indexes,
    pg_table_size($1) - pg_relation_size($1) as besides
"""


@click.command
@click.argument("fixes", default=300_000)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(fixes: int, file: Path | None) -> None:
    """A day of as many devices as give FIXES fixes into both tables, then into the archive."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home / "pg").start()
    try:
        cluster.ensure("ejazo")
        migrate.upgrade(cluster.url("ejazo"))
        report.finish(asyncio.run(measure(cluster.url("ejazo"), fixes, home / "archive")), file)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


async def measure(url: str, count: int, folder: Path) -> list[Row]:
    conn = await db.connect(url)
    await conn.execute(PLAIN)
    await partitions.make(conn, [DAY.date()])
    devices = max(1, count // arrivals.STEPS)
    wal, seconds = await both(conn, devices)
    stored = devices * arrivals.STEPS
    table = partitions.name(DAY.date())
    growing, peer = await sizes(conn, table, stored), await sizes(conn, "plain", stored)
    begun = perf_counter()
    await settling.settle(conn, DAY.date())
    settled_s = perf_counter() - begun
    mine = await sizes(conn, table, stored)
    rows = [
        ratio(
            "bytes a fix on disk while the day grows: the straightforward table", growing, peer, least=None
        ),
        ratio("bytes a fix on disk, indexes included: the straightforward table", mine, peer),
        Row("settling the day", None, figures={"seconds": settled_s, "fixes": stored}),
        ratio(
            "bytes a fix in the WAL: the straightforward table",
            {"all": wal["fixes"] / stored},
            {"all": wal["plain"] / stored},
            least=None,
        ),
        Row(
            "seconds to write: the straightforward table",
            seconds["plain"] / seconds["fixes"],
            figures={"us_a_fix": seconds["fixes"] / stored * 1e6, "fixes": stored},
        ),
    ]
    await conn.execute("drop table plain")
    return rows + await archived(conn, folder, mine=mine["all"], peer=peer["all"])


async def both(conn: asyncpg.Connection, devices: int) -> tuple[dict[str, int], dict[str, float]]:
    """Fills both tables, batch by batch in turn; bytes of WAL and seconds of each."""
    wal = {"fixes": 0, "plain": 0}
    seconds = {"fixes": 0.0, "plain": 0.0}
    for batch in arrivals.batches(devices, DAY):
        for table, write in (("fixes", ours), ("plain", plain)):
            if table == "plain":
                await records._copy(conn, "waiting", batch)
            before, begun = await written(conn), perf_counter()
            await write(conn, batch)
            seconds[table] += perf_counter() - begun
            wal[table] += await written(conn) - before
    return wal, seconds


async def ours(conn: asyncpg.Connection, batch: Fixes) -> None:
    await records.insert_fixes(conn, batch, certain=np.ones(len(batch), bool))


async def plain(conn: asyncpg.Connection, _batch: Fixes) -> None:
    async with conn.transaction():
        await conn.execute(TO_PLAIN)
        await conn.execute("truncate waiting")


async def written(conn: asyncpg.Connection) -> int:
    return int(await conn.fetchval("select pg_current_wal_insert_lsn() - '0/0'"))


async def sizes(conn: asyncpg.Connection, table: str, stored: int) -> dict[str, float]:
    found = {name: size / stored for name, size in (await conn.fetchrow(SIZES, table)).items()}
    return {"all": sum(found.values())} | found


def ratio(name: str, mine: dict[str, float], peer: dict[str, float], *, least: float | None = LEAST) -> Row:
    figures = {f"ours_{part}": size for part, size in mine.items()}
    figures |= {f"theirs_{part}": size for part, size in peer.items()}
    return Row(name, peer["all"] / mine["all"], least, AIM if least else None, dict(figures))


async def archived(conn: asyncpg.Connection, folder: Path, *, mine: float, peer: float) -> list[Row]:
    begun, spent = perf_counter(), process_time()
    done = await archive.keep(conn, DAY.date(), folder)
    seconds, cpu = perf_counter() - begun, process_time() - spent
    if done is None:
        raise AssertionError("nobody else reads this cluster")
    begun = perf_counter()
    await archive.verify(conn)
    each, kept = done.bytes / done.rows, retention.load()
    share = kept.archive_days / kept.keep_days
    files = len(await parts.of_days(conn, DAY.date(), DAY.date()))
    took = {"seconds": seconds, "cpu_s": cpu, "verify_s": perf_counter() - begun, "fixes": done.rows}
    whole = {"bytes_a_fix": share * mine + (1 - share) * each, "days_in_the_table": kept.archive_days}
    return [
        Row(
            "bytes a fix in the archive: the straightforward table",
            peer / each,
            figures={"bytes_a_fix": each},
        ),
        Row(
            f"bytes a fix over {kept.keep_days} days kept: the straightforward table",
            peer / whole["bytes_a_fix"],
            LEAST,
            AIM,
            dict(whole),
        ),
        Row("archiving the day", None, figures=took | {"files": files}),
    ]


if __name__ == "__main__":
    main()
