"""Our engine as a contender: shared zones in the cell tree, assigned zones as small grids."""

from functools import cache

import numpy as np

from benchmarks import workloads
from benchmarks.contending import Contender, Pairs
from benchmarks.workloads import Batch, Whole, Workload, Zones
from geofence.engine.assigned import Assigned
from geofence.engine.shared import SharedZones
from geofence.engine.zones import Zones as Pool
from geofence.model import Shape, ShapeKind

BATCHES = 10
"""A round: a batch takes a millisecond or less."""


def shapes(zones: Zones) -> list[Shape]:
    return [Shape(ShapeKind.AREA, zone) for zone in zones]


def shared_zones(zones: Zones) -> SharedZones:
    return SharedZones(dict(enumerate(shapes(zones))))


def pool(zones: Zones) -> tuple[Pool, Whole]:
    """The zones in one pool, and their numbers there."""
    held = Pool()
    return held, np.array(held.hold_all(shapes(zones)), np.int64)


@cache
def pool_of_w2(people: int) -> tuple[Workload, Pool, Whole]:
    """W2, its zones in one pool, and their numbers there: two sections need them."""
    work = workloads.w2(people)
    return work, *pool(work.zones)


def assigned_zones(zones: Zones, own: int) -> tuple[Pool, Assigned]:
    """`own` zones a person, in order."""
    held, numbers = pool(zones)
    return held, Assigned(held, np.arange(0, len(zones) + 1, own), numbers)


def contender(work: Workload, *, points: int, batches: int = BATCHES) -> Contender:
    return (_assigned if work.own else _shared)(work, points, batches)


def _shared(work: Workload, points: int, batches: int) -> Contender:
    held = shared_zones(work.zones)

    def run(batch: Batch) -> Pairs:
        return held.find(batch.lon, batch.lat)

    return Contender(run, lambda pairs: pairs, points=points, batches=batches)


def _assigned(work: Workload, points: int, batches: int) -> Contender:
    _, held = assigned_zones(work.zones, work.own)
    own, bits = work.own, np.arange(work.own, dtype=np.uint32)

    def run(batch: Batch) -> tuple[Whole, np.ndarray]:
        return batch.person, held.inside(batch.person, batch.lon, batch.lat)

    def pairs(answer: tuple[Whole, np.ndarray]) -> Pairs:
        person, masks = answer
        row, place = np.nonzero((masks[:, None] >> bits) & 1)
        return row, person[row] * own + place

    return Contender(run, pairs, points=points, batches=batches)
