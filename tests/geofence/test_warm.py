"""Nobody waits for a compiler: set-up compiles every kernel of the engine for one form of its arguments."""

import subprocess
import sys
from pathlib import Path

from geofence.engine.compiled import digest

LOOK = """
import importlib, pkgutil
import numpy as np
from numba.core.dispatcher import Dispatcher
import geofence.engine
from geofence.engine import warm
from geofence.engine.assigned import Assigned
from geofence.engine.zones import Zones

found = {}
for module in pkgutil.iter_modules(geofence.engine.__path__):
    for name, one in vars(importlib.import_module(f"geofence.engine.{module.name}")).items():
        if isinstance(one, Dispatcher) and type(one._cache).__name__ != "NullCache":
            found[f"{one.py_func.__module__}.{one.py_func.__name__}"] = one
warm.judge()
print("late", *sorted(name.partition("engine.")[2] for name, one in found.items() if not one.signatures))
warm.zones()
pool, (lon, lat) = Zones(), np.array([[0.5, 0.5], [2.0, 2.0]]).T
zone = np.array(pool.hold_all(warm.SHAPES)[:2], np.int32)
lon.flags.writeable = lat.flags.writeable = False
pool.covers(zone, lon, lat)
pool.crossed(zone, lon, lat, lat, lon)
pool.measure(zone, lon, lat, np.full(2, 100))
Assigned(pool, np.array([0, 2]), zone.astype(np.int64)).inside(np.zeros(2, np.int32), lon, lat)
print("kernels", len(found))
for name, one in sorted(found.items()):
    if len(one.signatures) != 1:
        print(name, [str(s) for s in one.signatures])
"""


def test_every_kernel_is_compiled_once_at_set_up() -> None:
    run = [sys.executable, "-c", LOOK]
    told = subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    late, first, *odd = told.stdout.splitlines()
    assert "asking.covers_pairs" in late.split()
    assert "asking.measure_pairs" not in late.split(), "the worker needs it, and would be blind meanwhile"
    assert int(first.split()[1]) > 10
    assert not odd


def test_the_digest_that_verdicts_cite_notices_an_edited_rule(tmp_path: Path) -> None:
    rule = tmp_path / "geofence" / "rules" / "doubt.py"
    rule.parent.mkdir(parents=True)
    rule.write_text("sure = 0.99\n")
    before = digest(tmp_path)
    rule.write_text("sure = 0.98\n")
    assert digest(tmp_path) != before
