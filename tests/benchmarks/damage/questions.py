"""Questions to a running API by its own schema, by the test that asks a few of them in every run."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.report import Row

TESTS = Path(__file__).parents[2]


def rows(times: int) -> list[Row]:
    """`times` a route, and everything at the edges of its schema besides."""
    with tempfile.TemporaryDirectory() as folder:
        told, began = Path(folder) / "told.json", perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS / "flows/test_schema.py"],
            env=os.environ | {"EJAZO_FUZZ": str(times), "EJAZO_FUZZ_TOLD": str(told)},
            cwd=TESTS.parent,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        said = json.loads(told.read_text("utf-8")) if told.exists() else {}
    if done.returncode:
        print(done.stdout[-6_000:])
    memory = said.pop("mb", None) or [1.0]
    early, late = memory[len(memory) // 10], memory[-1]
    figures = {"seconds": perf_counter() - began, "questions": sum(said.values()), **said}
    return [
        Row("api: every answer is one of the schema", float(not done.returncode), 1, 1, figures),
        Row("api: memory after a tenth / at the end", early / late, 0.9, 1, {"mb": late}),
    ]
