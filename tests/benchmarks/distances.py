"""The section on distance: signed metres to the border, near it, against shapely in metres."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.random import Generator

from benchmarks import with_engine, workloads
from benchmarks.contending import POINTS, WARM
from benchmarks.report import Figure, Row
from benchmarks.running import Run
from benchmarks.stopwatch import seconds
from benchmarks.workloads import Batch, Floats, Workload, Zones

REACH_M = 100.0
SPREAD_M = 40.0
"""How far the fixes lie from the border, as a standard deviation in each direction."""
SAME_M = 1e-3
"""The peers take degrees of longitude as they are at the fix, we as they are halfway to the border."""
BATCHES = 4
SHAPELY, COLUMNS = "shapely in metres", "shapely in metres, corners in columns"


@dataclass(frozen=True, slots=True)
class Peers:
    """Both project each zone into the plane of metres at the fix, as the scalar definition does at first."""

    zones: Zones
    rings: Floats
    """The corners, for zones that have equally many and no holes."""

    @classmethod
    def of(cls, work: Workload) -> Self:
        return cls(work.zones, shapely.get_coordinates(work.zones).reshape(len(work.zones), -1, 2))

    def near(self, chance: Generator, count: int) -> Batch:
        """Fixes around random corners of random zones; `person` holds the zone."""
        zone = chance.integers(0, len(self.rings), count)
        lon, lat = self.rings[zone, chance.integers(0, self.rings.shape[1], count)].T
        kx, ky = workloads.scales(lat)
        east, north = chance.normal(0, SPREAD_M, (2, count))
        return Batch(zone, lon + east / kx, lat + north / ky)

    def projected(self, batch: Batch) -> Floats:
        """Right for all polygons."""
        zones = self.zones[batch.person]
        corners = shapely.get_num_coordinates(zones)
        fixes = np.stack([batch.lon, batch.lat], -1).repeat(corners, axis=0)
        scales = _scale(batch.lat).repeat(corners, axis=0)
        metres = shapely.transform(zones, lambda degrees: (degrees - fixes) * scales)
        return _signed(shapely.boundary(metres), metres)

    def in_columns(self, batch: Batch) -> Floats:
        """Quicker, for zones that are all alike."""
        away = self.rings[batch.person] - np.stack([batch.lon, batch.lat], -1)[:, None]
        borders = shapely.linearrings(away * _scale(batch.lat)[:, None])
        return _signed(borders, shapely.polygons(borders))


def _signed(borders: Zones, zones: Zones) -> Floats:
    """Metres from the origin, where the fix is."""
    away = shapely.distance(borders, shapely.points(0.0, 0.0))
    inside = shapely.intersects_xy(zones, 0.0, 0.0)
    return np.clip(np.where(inside, -away, away), -REACH_M, REACH_M)


def _scale(lat: Floats) -> Floats:
    return np.stack(workloads.scales(lat), axis=-1)


def distance(run: Run) -> list[Row]:
    run.say("distance: holding the zones of W2")
    work, pool, numbers = with_engine.pool_of_w2(run.some(POINTS))
    run.say(f"distance: {len(work.zones):,} zones, fixes near their borders")
    drawn, chance = Peers.of(work), np.random.default_rng(13)

    def ours(batch: Batch) -> Floats:
        reach_m = np.full(len(batch), REACH_M)
        return pool.measure(numbers[batch.person], batch.lon, batch.lat, reach_m)

    peers = {SHAPELY: drawn.projected, COLUMNS: drawn.in_columns}
    contenders: dict[str, Callable[[Batch], Floats]] = {"": ours, **peers}
    ns: dict[str, list[float]] = {name: [] for name in contenders}
    apart_m = dict.fromkeys(contenders, 0.0)
    for turn in range(WARM + BATCHES * run.rounds):
        batch = drawn.near(chance, run.points(POINTS))
        answers = {}
        for name, contender in contenders.items():
            took, answers[name] = seconds(contender, batch)
            ns[name] += [took / len(batch) * 1e9] * (turn >= WARM)
            apart_m[name] = max(apart_m[name], float(np.abs(answers[name] - answers[""]).max()))
    return [_row(name, ns=ns, apart_m=apart_m[name]) for name in peers]


def _row(peer: str, *, ns: dict[str, list[float]], apart_m: float) -> Row:
    mine, theirs = float(np.median(ns[""])), float(np.median(ns[peer]))
    figures: dict[str, Figure] = {"ours_ns": mine, "peer_ns": theirs, "most_apart_m": apart_m}
    name = f"signed distance near the border vs {peer}"
    goals = (30.0, 80.0) if peer == SHAPELY else (None, None)
    why = f"INVALID: up to {apart_m:.3g} m apart" if apart_m > SAME_M else ""
    return Row(name, None if why else theirs / mine, *goals, figures, why)
