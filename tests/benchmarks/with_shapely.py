"""The recipes with which one answers "who is inside what" in shapely, as contenders."""

import numpy as np
import shapely

from benchmarks.contending import Contender, Pairs
from benchmarks.workloads import Batch, Floats, Whole, Workload, Zones

Ready = tuple[Batch, Zones]
"""The columns, and the same as points of shapely."""


def _ready(batch: Batch) -> Ready:
    return batch, shapely.points(batch.lon, batch.lat)


def best(work: Workload, *, points: int, batches: int) -> Contender:
    """Candidates from a tree of bounding boxes, then the prepared polygons; the points exist already."""
    tree, zones = shapely.STRtree(work.zones), work.zones.copy()
    shapely.prepare(zones)

    def run(ready: Ready) -> Pairs:
        batch, made = ready
        row, zone = tree.query(made)
        inside = shapely.intersects_xy(zones[zone], batch.lon[row], batch.lat[row])
        return row[inside], zone[inside]

    return Contender(run, lambda pairs: pairs, _ready, points, batches)


def tree_query(work: Workload, *, points: int, batches: int) -> Contender:
    """What one writes first."""
    tree = shapely.STRtree(work.zones)

    def run(batch: Batch) -> Pairs:
        row, zone = tree.query(shapely.points(batch.lon, batch.lat), predicate="intersects")
        return row, zone

    return Contender(run, lambda p: p, points=points, batches=batches)


def own_boxes(work: Workload, *, points: int, batches: int) -> Contender:
    """Each fix with its person's zones: bounding boxes in NumPy, then the prepared polygons."""
    zones, boxes, own = work.zones.copy(), shapely.bounds(work.zones), np.arange(work.own)
    shapely.prepare(zones)

    def run(batch: Batch) -> Pairs:
        row, zone, lon, lat = _own_pairs(batch, own)
        box = boxes[zone]
        near = (lon >= box[:, 0]) & (lat >= box[:, 1]) & (lon <= box[:, 2]) & (lat <= box[:, 3])
        kept = np.flatnonzero(near)
        inside = kept[shapely.intersects_xy(zones[zone[kept]], lon[kept], lat[kept])]
        return row[inside], zone[inside]

    return Contender(run, lambda pairs: pairs, points=points, batches=batches)


def own_pairs(work: Workload, *, points: int, batches: int) -> Contender:
    """Each fix with each of its person's zones, prepared."""
    zones, own = work.zones.copy(), np.arange(work.own)
    shapely.prepare(zones)

    def run(batch: Batch) -> Pairs:
        row, zone, lon, lat = _own_pairs(batch, own)
        inside = shapely.intersects_xy(zones[zone], lon, lat)
        return row[inside], zone[inside]

    return Contender(run, lambda pairs: pairs, points=points, batches=batches)


def _own_pairs(batch: Batch, own: Whole) -> tuple[Whole, Whole, Floats, Floats]:
    zone = (batch.person[:, None] * len(own) + own).ravel()
    times = len(own)
    return np.repeat(np.arange(len(batch)), times), zone, batch.lon.repeat(times), batch.lat.repeat(times)
