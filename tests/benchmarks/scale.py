"""The section on scale: what a fix costs with a thousand zones and with a million, equally dense."""

from math import sqrt

import numpy as np

from benchmarks import with_engine, workloads
from benchmarks.contending import POINTS, WARM
from benchmarks.report import Figure, Row
from benchmarks.running import Run
from benchmarks.stopwatch import seconds
from benchmarks.workloads import Workload

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DENSE = 1000
"""Shared zones a square degree: the area grows with them."""
OWN = 5
BATCHES = 6
SHARED, ASSIGNED = "shared zones", "assigned zones"


def scale(run: Run) -> list[Row]:
    return [_row(run, SHARED), _row(run, ASSIGNED)]


def _row(run: Run, kind: str) -> Row:
    """The ratio is the cost with the fewest zones over that with the most: 1 is flat."""
    ns = {}
    for size in [run.some(size) for size in SIZES]:
        run.say(f"scale: {size:,} {kind}")
        ns[size] = cost(run, _workload(kind, size))
    figures: dict[str, Figure] = {f"zones_{size}_ns": each for size, each in ns.items()}
    costs = list(ns.values())
    return Row(
        f"{kind}: cost with {SIZES[0]:,} over cost with {SIZES[-1]:,}", costs[0] / costs[-1], figures=figures
    )


def _workload(kind: str, size: int) -> Workload:
    if kind == SHARED:
        return workloads.w1(size, side=max(sqrt(size / DENSE), 0.1), corners=32)
    return workloads.w2(size // OWN, OWN)


def cost(run: Run, work: Workload) -> float:
    """Median nanoseconds a fix over fresh batches."""
    ours, chance, ns = with_engine.contender(work, points=POINTS), np.random.default_rng(14), list[float]()
    for turn in range(WARM + BATCHES * run.rounds):
        batch = work.draw(chance, run.points(POINTS))
        took, _ = seconds(ours.run, batch)
        ns += [took / len(batch) * 1e9] * (turn >= WARM)
    return float(np.median(ns))
