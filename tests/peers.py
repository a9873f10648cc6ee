"""Cases that peers wrote, and recordings of real phones, from the folder beside the repository."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.times import to_us

DATA = next((p / "shared" / "data" for p in Path(__file__).parents if (p / "shared" / "data").is_dir()), None)
needed = pytest.mark.skipif(DATA is None, reason="shared/data is not beside this repository")


def suite(name: str) -> list[Any]:
    """The cases of one file; none where the folder is absent (then `needed` says so)."""
    if DATA is None:
        return []
    text = (DATA / "suites" / name).read_text("utf-8")
    return json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]


def name_of(case: dict[str, Any]) -> str:
    return f"{case['source']} {case['id']}"


def traces(name: str, folder: Path | None = None) -> dict[str, list[dict[str, str]]]:
    """The rows of each recording of one file, in the order of their time."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(name, folder or (DATA / "traces" if DATA else None)):
        found[row["trace_id"]].append(row)
    return {trace: sorted(rows, key=lambda r: moment(r["ts"])) for trace, rows in found.items()}


def moment(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


def _rows(name: str, folder: Path | None) -> Iterator[dict[str, str]]:
    if folder is not None:
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            yield from csv.DictReader(file)
