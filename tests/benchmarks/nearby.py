"""What a search around a place costs over a day of everybody's fixes, by which index, and what a GiST would.

python -m app bench nearby [PEOPLE] [--json FILE]"""

import asyncio
import re
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import click
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from app import migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import db
from core.geo import LonLat
from core.model import UserId
from geofence.store import nearby
from inmates.model import Scope
from tracking.store import partitions
from tracking.tables import fixes

DAY = datetime(2026, 11, 20, tzinfo=UTC)
CASELOAD = 50
ROUNDS = 5
REACH_M = 650.0
"""Two hundred metres, and whoever may have been there with one in ten."""
PLACE = LonLat(69.25, 41.3)
WORLD = """
insert into users (login, password_hash, role, shown_as) values ('o', '', 'officer', '');
insert into persons (number, surname, given_name, sex, born_on)
    select n, 'A', 'B', 'm', '1990-01-01' from generate_series(1, {people}) n;
insert into devices (serial, model, protocol)
    select 'E' || n, 'm', 'ejazo' from generate_series(1, {people}) n;
insert into wearings (device_id, person_id, during) select id, id, tstzrange('2026-01-01', null) from persons;
insert into caseloads (user_id, person_id, during)
    select 1, id, tstzrange('2026-01-01', null) from persons where id % ({people} / {caseload}) = 0;
"""
FIXES = """
insert into fixes (device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat, accuracy_m,
    mechanism, flags)
select d, $3 + m, d, t, t, t, 69.15 + (d * 7919 % 2000) * 0.0001 + random() * 0.002,
    41.2 + (d * 104729 % 2000) * 0.0001 + random() * 0.002, 10, 1, 0
from generate_series($4::int, $5::int) m, generate_series(1, $1) d,
    lateral (select $2::timestamptz + m * interval '1 minute') t (t)
"""
GIST = """
create index on fixes using gist (
    (cast(st_setsrid(st_makepoint(lon, lat), 4326) as geography(geometry, 4326)))
)
"""


async def look(
    conn: AsyncConnection, plain: asyncpg.Connection, scope: Scope, hours: int
) -> tuple[float, int, str]:
    """Median seconds of a search, how many fixes it found, and the nodes of its plan that read fixes."""
    asked = {"place": PLACE, "reach_m": REACH_M, "since": DAY + timedelta(hours=8)}
    asked["until"] = DAY + timedelta(hours=8 + hours)
    took, found = [], 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found = len(await nearby.around(conn, scope, most=1_000_000, **asked))
        took.append(time.perf_counter() - begun)
    question = nearby.Asked(**asked)
    query = nearby._around(fixes, nearby._worn(scope, question), question).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    literal = re.sub(
        r"@> ('[^']+')", r"@> \1::timestamptz", str(query)
    )  # a bare text would be read as a range
    plan = "\n".join(row[0] for row in await plain.fetch(f"explain {literal}"))
    read = re.findall(r"(Seq Scan on|Index Scan using|Bitmap Index Scan on) (fixes\w*)", plan)
    return statistics.median(took), found, ", ".join(sorted({" ".join(how) for how in read}))


async def insert(conn: asyncpg.Connection, people: int, first: int, last: int) -> float:
    """Fixes a second; each minute in the order in which it comes."""
    begun = time.perf_counter()
    await conn.execute(FIXES, people, DAY, 1, first, last)
    return people * (last - first + 1) / (time.perf_counter() - begun)


async def measure(url: str, people: int) -> list[Row]:
    conn = await db.connect(url)
    await conn.execute(WORLD.format(people=people, caseload=CASELOAD))
    await partitions.make(conn, [DAY.date()])
    rate = await insert(conn, people, 0, 1319)
    await conn.execute("vacuum analyze")
    engine = db.engine(url)
    officer, everybody = Scope(UserId(1), DAY), Scope(None, DAY)
    rows: list[Row] = []
    async with engine.connect() as searching:
        asked = [
            ("officer, 1 h", officer, 1),
            ("everybody, 1 h", everybody, 1),
            ("everybody, 14 h", everybody, 14),
        ]
        before = {}
        for name, scope, hours in asked:
            before[name] = await look(searching, conn, scope, hours)
            click.echo(
                f"{name:18} {before[name][0] * 1e3:8.1f} ms {before[name][1]:7} fixes  {before[name][2]}"
            )
        plain = await insert(conn, people, 1320, 1379)
        begun = time.perf_counter()
        await conn.execute(GIST)
        click.echo(f"GiST over geography, made in {time.perf_counter() - begun:.1f} s")
        await conn.execute("vacuum analyze")
        for name, scope, hours in asked:
            took, count, how = await look(searching, conn, scope, hours)
            click.echo(f"{name:18} {took * 1e3:8.1f} ms {count:7} fixes  {how}")
            rows.append(Row(f"nearby: {name}, GiST against none", before[name][0] / took))
    indexed = await insert(conn, people, 1380, 1439)
    click.echo(f"inserted a second: {rate:,.0f}; last hours {plain:,.0f} without, {indexed:,.0f} with GiST")
    rows.append(Row("nearby: inserting without GiST against with", plain / indexed))
    await engine.dispose()
    await conn.close()
    return rows


@click.command()
@click.argument("people", default=2000)
@click.option("--json", "file", type=click.Path(path_type=Path))
def main(people: int, file: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as home:
        Path(home).chmod(0o711)
        cluster = Cluster(Path(home) / "pg", fast=True).start()
        try:
            cluster.ensure("bench")
            migrate.upgrade(cluster.url("bench"))
            rows = asyncio.run(measure(cluster.url("bench"), people))
        finally:
            cluster.stop()
    report.write(rows, file)


if __name__ == "__main__":
    main()
