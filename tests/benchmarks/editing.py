"""The section on edits: how long until a changed zone answers, while another thread runs batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import numpy as np
import shapely

from benchmarks import with_engine, workloads
from benchmarks.contending import POINTS
from benchmarks.report import Figure, Row
from benchmarks.running import Run
from benchmarks.stopwatch import seconds
from benchmarks.workloads import Batch, Workload, Zones
from geofence.engine.shared import SharedZones
from geofence.model import Shape, ShapeKind

EDITS = 40
MOVE = 0.002
"""Degrees by which an edit moves a zone."""
READ = 20
"""Batches that the other thread asks in turn."""


def edits(run: Run) -> list[Row]:
    chance = np.random.default_rng(15)
    w1, w3 = workloads.w1(run.some(1000)), workloads.w3(run.some(20), run.some(10))
    corners = shapely.get_num_coordinates(w3.zones)
    nearest = np.argsort(np.abs(corners - 12_000))[: len(w3.zones) // 8 + 1]
    return [
        _row(run, w1, which=chance.permutation(len(w1.zones)), limit_ms=0.5, what="64 corners"),
        _row(run, w3, which=nearest, limit_ms=15.0, what="12,000 corners"),
    ]


def _row(run: Run, work: Workload, *, which: np.ndarray, limit_ms: float, what: str) -> Row:
    run.say(f"edits: zones of {what} in {work.name}")
    held, zones, chance = with_engine.shared_zones(work.zones), work.zones.copy(), np.random.default_rng(16)
    batches = [work.draw(chance, run.points(POINTS)) for _ in range(READ)]
    changed = [int(zone) for zone in np.resize(which, EDITS)]
    _edit(held, zones, changed[0])
    alone = [_edit(held, zones, zone) for zone in changed[1 : EDITS // 4]]
    with reading(held, batches) as answered:
        busy = [_edit(held, zones, zone) for zone in changed]
    median, quickest = float(np.median(busy)), float(np.median(alone))
    figures: dict[str, Figure] = {
        "ours_ms": median,
        "p90_ms": float(np.percentile(busy, 90)),
        "without_batches_ms": quickest,
        "batches_meanwhile": answered[0],
    }
    name = f"an edit of {what} while batches run: {limit_ms:g} ms"
    wrong = _differing(held, zones, work.draw(chance, 5 * POINTS))
    why = f"INVALID: {wrong} answers differ from an index built anew" if wrong else ""
    return Row(name, None if why else limit_ms / median, 1.0, None, figures, why)


def _edit(held: SharedZones, zones: Zones, zone: int) -> float:
    """Milliseconds; when the call returns, whoever asks is answered by the new zone."""
    zones[zone] = shapely.transform(zones[zone], lambda corners: corners + MOVE)
    shape = Shape(ShapeKind.AREA, zones[zone])
    took, _ = seconds(lambda new: held.put(zone, new), shape)
    return 1000.0 * took


@contextmanager
def reading(held: SharedZones, batches: list[Batch]) -> Iterator[list[int]]:
    """Another thread asks without pause; gives how many batches it has had answered."""
    stop, answered = Event(), [0]

    def ask() -> None:
        while not stop.is_set():
            batch = batches[answered[0] % len(batches)]
            held.find(batch.lon, batch.lat)
            answered[0] += 1

    thread = Thread(target=ask)
    thread.start()
    try:
        yield answered
    finally:
        stop.set()
        thread.join()


def _differing(held: SharedZones, zones: Zones, batch: Batch) -> int:
    keys = []
    for each in (held, with_engine.shared_zones(zones)):
        row, zone = each.find(batch.lon, batch.lat)
        keys.append(np.sort(np.asarray(row, np.int64) * len(zones) + np.asarray(zone, np.int64)))
    return len(np.setxor1d(*keys)) + abs(len(keys[0]) - len(keys[1]))
