"""What a fresh process does first: load zones, index them and answer once. Run by the section on start-up."""

import json
import sys
from time import perf_counter

BEGIN = perf_counter()

import numpy as np
import shapely

from benchmarks import stopwatch, with_engine


def main(file: str, own: int) -> None:
    """Print how many seconds each step took; `own` zones a person, 0: all concern everybody."""
    imported = perf_counter()
    zones = shapely.from_wkb(np.load(file, allow_pickle=True))
    loaded = perf_counter()
    draw = np.random.default_rng(1)
    lon, lat = draw.uniform(69, 70, 100), draw.uniform(41, 42, 100)
    if own:
        _, held = with_engine.assigned_zones(zones, own)
        indexed = perf_counter()
        held.inside(np.arange(100) % (len(zones) // own), lon, lat)
    else:
        shared = with_engine.shared_zones(zones)
        indexed = perf_counter()
        shared.find(lon, lat)
    answered = perf_counter()
    steps = {"import_s": imported - BEGIN, "load_s": loaded - imported, "index_s": indexed - loaded}
    sys.stdout.write(
        json.dumps(steps | {"first_answer_s": answered - indexed, "waited_s": stopwatch.waited()})
    )
