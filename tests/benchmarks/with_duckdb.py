"""DuckDB's spatial extension as a contender: one thread, tables in memory, SPATIAL_JOIN by ST_Covers."""

from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.contending import AbsentError, Contender, Pairs
from benchmarks.workloads import Batch, Workload

QUESTION = """
select fix.place, zone.id
from (select place, st_point(lon, lat) as point from {fixes}) as fix
join zones as zone on st_covers(zone.geom, fix.point)
"""


def connect() -> Any:
    """With the extension from its wheel: nothing is fetched from elsewhere."""
    try:
        duckdb, package = import_module("duckdb"), import_module("duckdb_extension_spatial")
        import_module("pyarrow")
    except ImportError as missing:
        raise AbsentError(f"not installed: {missing.name}") from missing
    files = sorted(Path(package.__path__[0]).rglob("*.duckdb_extension"))
    conn = duckdb.connect(config={"threads": 1})
    try:
        conn.execute(f"load '{files[-1]}'")
    except (IndexError, duckdb.Error) as trouble:
        raise AbsentError(f"the spatial extension does not load: {trouble}") from trouble
    return conn


def contender(work: Workload, *, points: int, batches: int) -> Contender:
    conn, pa, numbers = connect(), import_module("pyarrow"), count()
    zones = pa.table({"id": np.arange(len(work.zones)), "wkb": pa.array(shapely.to_wkb(work.zones).tolist())})
    conn.register("given", zones)
    conn.execute("create table zones as select id, st_geomfromwkb(wkb) as geom from given")

    def prepare(batch: Batch) -> str:
        name = f"fixes_{next(numbers) % 16}"
        columns = {"place": np.arange(len(batch)), "lon": batch.lon, "lat": batch.lat}
        conn.register("incoming", pa.table(columns))
        conn.execute(f"create or replace table {name} as from incoming")
        return QUESTION.format(fixes=name)

    def run(question: str) -> dict[str, Any]:
        answer: dict[str, Any] = conn.execute(question).fetchnumpy()
        return answer

    def pairs(answer: dict[str, Any]) -> Pairs:
        return answer["place"], answer["id"]

    return Contender(run, pairs, prepare, points, batches)
