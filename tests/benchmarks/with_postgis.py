"""PostGIS as a contender: a private cluster, one backend, a batch as arrays joined by ST_Covers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import numpy as np
import shapely

from app.private.postgres import Cluster
from app.private.process import ServiceError
from benchmarks import stopwatch
from benchmarks.contending import AbsentError, Contender, Pairs
from benchmarks.workloads import Batch, Workload

BORDER_M = 2e-8
"""Its test of sides rounds: so near to a border it may answer otherwise."""
ONE_CORE = "set jit = off; set max_parallel_workers_per_gather = 0; set work_mem = '256MB'"
EVERYBODYS = """
select fix.place, zone.id
from unnest($1::float8[], $2::float8[]) with ordinality as fix(lon, lat, place)
join {zones} as zone on st_covers(zone.geom, st_point(fix.lon, fix.lat, 4326))
"""
OWN = """
select fix.place, zone.id
from unnest($1::float8[], $2::float8[], $3::integer[]) with ordinality as fix(lon, lat, person, place)
join {zones} as zone on zone.person = fix.person and st_covers(zone.geom, st_point(fix.lon, fix.lat, 4326))
"""


@dataclass(frozen=True, slots=True)
class Database:
    """One connection, driven from outside of any event loop."""

    loop: asyncio.AbstractEventLoop
    conn: asyncpg.Connection

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def version(self) -> str:
        return str(self.do(self.conn.fetchval("select postgis_lib_version()")))


@contextmanager
def database() -> Iterator[Database]:
    """A cluster that is gone afterwards."""
    with TemporaryDirectory(prefix="ejazo-bench-") as folder:
        Path(folder).chmod(0o711)
        try:
            cluster = Cluster(Path(folder) / "pg", fast=True).start()
        except (ServiceError, OSError) as trouble:
            raise AbsentError(f"no PostGIS: {trouble}") from trouble
        loop = asyncio.new_event_loop()
        try:
            conn = loop.run_until_complete(asyncpg.connect(cluster.url()))
            loop.run_until_complete(conn.execute("create extension postgis"))
            loop.run_until_complete(conn.execute(ONE_CORE))
            yield Database(loop, conn)
            loop.run_until_complete(conn.close())
        finally:
            loop.close()
            cluster.stop()


def _load(held: Database, work: Workload, table: str) -> None:
    people = np.arange(len(work.zones)) // max(work.own, 1)
    records = zip(range(len(work.zones)), people.tolist(), shapely.to_wkb(work.zones).tolist(), strict=True)
    held.do(held.conn.execute(f"create table {table}_raw (id integer, person integer, wkb bytea)"))
    held.do(held.conn.copy_records_to_table(f"{table}_raw", records=records))
    made = f"create table {table} as select id, person, st_geomfromwkb(wkb, 4326) as geom from {table}_raw"  # noqa: S608 - our own name
    held.do(held.conn.execute(made))
    held.do(held.conn.execute(f"drop table {table}_raw"))


def contender(held: Database, work: Workload, *, points: int, batches: int, near: bool = True) -> Contender:
    """With an index on the zones' places (`near`), and with one on their person where zones are assigned."""
    table = f"zones_{work.name.lower()}{'' if near else '_by_person'}"
    _load(held, work, table)
    indexes = (["using gist (geom)"] if near else []) + (["(person)"] if work.own else [])
    for index in indexes:
        held.do(held.conn.execute(f"create index on {table} {index}"))
    held.do(held.conn.execute(f"vacuum analyze {table}"))
    asked = held.do(held.conn.prepare((OWN if work.own else EVERYBODYS).format(zones=table)))

    def prepare(batch: Batch) -> list[list[Any]]:
        columns = [batch.lon.tolist(), batch.lat.tolist()]
        return [*columns, batch.person.tolist()] if work.own else columns

    def run(columns: list[list[Any]]) -> list[Any]:
        return held.do(asked.fetch(*columns))

    clock = partial(stopwatch.seconds, processes=(held.conn.get_server_pid(),))
    return Contender(run, _pairs, prepare, points, batches, BORDER_M, clock)


def _pairs(records: list[Any]) -> Pairs:
    found = np.array(records, np.int64).reshape(-1, 2)
    return found[:, 0] - 1, found[:, 1]
