"""The section on distance: signed metres to the border, near it, against shapely in metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator

from benchmarks import with_engine, workloads
from benchmarks.contending import POINTS, WARM, seconds
from benchmarks.report import Figure, Row
from benchmarks.running import Run
from benchmarks.workloads import Batch, Floats, Workload

REACH_M = 100.0
SPREAD_M = 40.0
"""How far the fixes lie from the border, as a standard deviation in each direction."""
SAME_M = 1e-6
PEER_POINTS = 2000
BATCHES = 4


@dataclass(frozen=True, slots=True)
class Once:
    """The zones in metres around their own middles, projected beforehand."""

    borders: workloads.Zones
    zones: workloads.Zones
    middle: Floats
    scale: Floats


def near_borders(work: Workload, chance: Generator, count: int) -> Batch:
    """Fixes around random corners of random zones; `person` holds the zone."""
    zone = chance.integers(0, len(work.zones), count)
    corners = shapely.get_num_coordinates(work.zones[0])
    ring = shapely.get_coordinates(work.zones).reshape(len(work.zones), corners, 2)
    lon, lat = ring[zone, chance.integers(0, corners, count)].T
    kx, ky = workloads.scales(lat)
    east, north = chance.normal(0, SPREAD_M, (2, count))
    return Batch(zone, lon + east / kx, lat + north / ky)


def around_each_fix(work: Workload, batch: Batch) -> Floats:
    """Zone by zone into the plane of metres at the fix, as the scalar definition does, but in columns."""
    corners = shapely.get_num_coordinates(work.zones[0])
    ring = shapely.get_coordinates(work.zones[batch.person]).reshape(len(batch), corners, 2)
    metres = (ring - np.stack([batch.lon, batch.lat], -1)[:, None]) * _scale(batch.lat)[:, None]
    borders = shapely.linearrings(metres)
    here = shapely.points(np.zeros(2))
    away = shapely.distance(borders, here)
    return _signed(away, shapely.intersects_xy(shapely.polygons(borders), 0.0, 0.0))


def projected(work: Workload) -> Once:
    corners = shapely.get_num_coordinates(work.zones[0])
    ring = shapely.get_coordinates(work.zones).reshape(len(work.zones), corners, 2)
    middle = ring.mean(axis=1)
    scale = _scale(middle[:, 1])
    borders = shapely.linearrings((ring - middle[:, None]) * scale[:, None])
    zones = shapely.polygons(borders)
    shapely.prepare(zones)
    return Once(borders, zones, middle, scale)


def beforehand(once: Once, batch: Batch) -> Floats:
    """What is quick but a little off: the scale is that of the zone's middle."""
    zone = batch.person
    place = (np.stack([batch.lon, batch.lat], -1) - once.middle[zone]) * once.scale[zone]
    away = shapely.distance(once.borders[zone], shapely.points(place))
    return _signed(away, shapely.intersects_xy(once.zones[zone], place[:, 0], place[:, 1]))


def _signed(away: Floats, inside: np.ndarray) -> Floats:
    return np.clip(np.where(inside, -away, away), -REACH_M, REACH_M)


def _scale(lat: Floats) -> Floats:
    return np.stack(workloads.scales(lat), axis=-1)


def distance(run: Run) -> list[Row]:
    work = workloads.w2(run.some(POINTS))
    run.say(f"distance: {len(work.zones):,} zones, fixes near their borders")
    pool, numbers = with_engine.pool(work.zones)
    once, chance = projected(work), np.random.default_rng(13)

    def ours(batch: Batch) -> Floats:
        reach = np.full(len(batch), REACH_M)
        return pool.measure(numbers[batch.person], batch.lon, batch.lat, reach)

    peers = {
        "shapely in metres": lambda batch: around_each_fix(work, batch),
        "shapely in metres, zones projected once": lambda batch: beforehand(once, batch),
    }
    ns: dict[str, list[float]] = {name: [] for name in ("", *peers)}
    apart = dict.fromkeys(peers, 0.0)
    for turn in range(WARM + BATCHES * run.rounds):
        batch = near_borders(work, chance, run.points(POINTS))
        took, _ = seconds(ours, batch)
        ns[""] += [took / len(batch) * 1e9] * (turn >= WARM)
        small = near_borders(work, chance, run.points(PEER_POINTS))
        for name, peer in peers.items():
            took, metres = seconds(peer, small)
            ns[name] += [took / len(small) * 1e9] * (turn >= WARM)
            apart[name] = max(apart[name], float(np.abs(metres - ours(small)).max()))
    return [row(name, ns=ns, apart_m=apart[name]) for name in peers]


def row(peer: str, *, ns: dict[str, list[float]], apart_m: float) -> Row:
    mine, theirs = float(np.median(ns[""])), float(np.median(ns[peer]))
    figures: dict[str, Figure] = {"ours_ns": mine, "peer_ns": theirs, "most_apart_m": apart_m}
    name = f"signed distance near the border vs {peer}"
    if "once" in peer:
        return Row(name, theirs / mine, None, None, figures)
    why = f"INVALID: up to {apart_m:.3g} m apart" if apart_m > SAME_M else ""
    return Row(name, None if why else theirs / mine, 30.0, 80.0, figures, why)
