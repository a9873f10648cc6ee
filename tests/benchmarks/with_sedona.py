"""SedonaDB as a contender: one partition, tables in memory, its spatial join by ST_Covers."""

import warnings
from importlib import import_module
from itertools import count
from typing import Any

import numpy as np
import shapely

from benchmarks import stopwatch
from benchmarks.contending import AbsentError, Contender, Pairs
from benchmarks.workloads import Batch, Workload

QUESTION = """
select fix.place, zone.id
from (select place, st_point(lon, lat) as point from {fixes}) as fix
join zones as zone on st_covers(zone.geom, fix.point)
"""


def connect() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for PROJ and GDAL, which nobody asks it for
            conn = import_module("sedonadb").connect()
        import_module("pyarrow")
    except ImportError as missing:
        raise AbsentError(f"not installed: {missing.name}") from missing
    conn.sql("set datafusion.execution.target_partitions = 1").execute()
    return conn


def contender(work: Workload, *, points: int, batches: int) -> Contender:
    conn, pa, numbers = connect(), import_module("pyarrow"), count()
    given = {"id": np.arange(len(work.zones)), "wkb": pa.array(shapely.to_wkb(work.zones).tolist())}
    conn.create_data_frame(pa.table(given)).to_view("given")
    made = conn.sql("select id, st_geomfromwkb(wkb) as geom from given").to_memtable()
    made.to_view("zones")

    def prepare(batch: Batch) -> str:
        name = f"fixes_{next(numbers) % 16}"
        columns = {"place": np.arange(len(batch)), "lon": batch.lon, "lat": batch.lat}
        conn.create_data_frame(pa.table(columns)).to_view(name, overwrite=True)
        return QUESTION.format(fixes=name)

    def run(question: str) -> Any:
        return conn.sql(question).to_arrow_table()

    def pairs(answer: Any) -> Pairs:
        return answer["place"].to_numpy(), answer["id"].to_numpy()

    return Contender(run, pairs, prepare, points, batches, clock=stopwatch.processor_seconds)
