"""The sections on what zones cost to keep: memory, start-up in a fresh process, and edits under load."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import shapely

from benchmarks import with_engine, workloads
from benchmarks.contending import POINTS
from benchmarks.report import Row
from benchmarks.running import Run

ROOT = Path(__file__).parents[2]
ASSIGNED_BYTES = 1600.0
BEST_BYTES = 1000.0
START_S = 5.0
STARTS = 2
"""Counted starts, after one that may have to compile kernels and byte code."""


def memory(run: Run) -> list[Row]:
    """Bytes a zone of 32 corners that is assigned to one person, its corners included."""
    run.say("memory: holding the zones of W2")
    work, pool, _ = with_engine.pool_of_w2(run.some(POINTS))
    each = pool.nbytes / len(work.zones)
    figures = {"bytes_a_zone": each, "of_it_corners": 32 * 16, "zones": len(work.zones)}
    name = "memory of an assigned zone with 32 corners: 1.6 KB"
    return [Row(name, ASSIGNED_BYTES / each, 1.0, ASSIGNED_BYTES / BEST_BYTES, figures)]


def start_up(run: Run) -> list[Row]:
    """From starting Python to the first answer, kernels cached; shared zones, then assigned ones."""
    rows = []
    for what, work in (
        ("shared", workloads.many(run.some(100_000))),
        ("assigned", workloads.w2(run.some(POINTS))),
    ):
        run.say(f"start-up: {len(work.zones):,} {what} zones in fresh processes")
        with TemporaryDirectory(prefix="ejazo-bench-") as folder:
            file = Path(folder) / "zones.npy"
            np.save(file, np.array(shapely.to_wkb(work.zones), dtype=object), allow_pickle=True)
            _started(file, work.own)
            found = [_started(file, work.own) for _ in range(STARTS)]
        total = float(np.median([one["total_s"] for one in found]))
        figures = {name: float(np.median([one[name] for one in found])) for name in found[0]}
        rows.append(Row(f"start-up with 100,000 {what} zones: 5 s", START_S / total, 1.0, None, figures))
    return rows


def _started(file: Path, own: int) -> dict[str, float]:
    """The child's own times, and the total as seen from outside, less what it waited for a processor.

    Byte code is kept beside the zones, as after any start in a folder that can be written."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, "-c", f"from benchmarks import starting; starting.main({str(file)!r}, {own})"]
    kept = {"PYTHONPATH": paths, "PYTHONPYCACHEPREFIX": str(file.parent), "PYTHONDONTWRITEBYTECODE": ""}
    begin = perf_counter()
    said = subprocess.run(command, env=os.environ | kept, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    total, steps = perf_counter() - begin, json.loads(said.stdout)
    return {"total_s": total - steps["waited_s"], **steps}
