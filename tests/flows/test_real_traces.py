"""Real recordings of telephones and bicycle computers, sent as if they were being recorded now."""

import asyncio
import csv
import gzip
from datetime import datetime
from pathlib import Path

import asyncpg
import numpy as np
import pytest

import tracked
from app.private.broker import Broker
from core import clock
from core.model import DeviceId, PersonId
from sender import Sender, as_binary, as_json
from tracking import store
from tracking.model import Fix

TRACES = Path(__file__).parents[3] / "shared/data/traces"
WITHIN_BINARY = ["mobilitynet_stationary", "mobilitynet_trips", "robjordan_devices"]
"""At most seven decimals; the others need JSON, where every double survives."""


def recorded(name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with gzip.open(TRACES / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["trace_id"], []).append(row)
    return found


def as_fixes(device: DeviceId, rows: list[dict[str, str]], *, end_us: int) -> list[Fix]:
    """The trace, moved in time so that it ends now; numbered as the file has it."""
    times = [clock.to_us(datetime.fromisoformat(row["ts"])) for row in rows]
    return [
        Fix(
            device=device,
            sequence=n,
            person=PersonId(0),
            taken_us=us - max(times) + end_us,
            received_us=0,
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy_m=number(row["accuracy_m"]),
            speed_mps=number(row["speed_mps"]),
        )
        for n, (us, row) in enumerate(zip(times, rows, strict=True), 1)
    ]


def number(text: str) -> float | None:
    """As the column keeps it: four bytes; a 0 of accuracy is unknown."""
    return float(np.float32(text)) if text else None


def said(fix: Fix) -> tuple[object, ...]:
    return fix.sequence, fix.taken_us, fix.lon, fix.lat, fix.accuracy_m, fix.speed_mps


@pytest.mark.slow
@pytest.mark.parametrize("names", [WITHIN_BINARY, ["emission_jumps"]], ids=["binary", "json"])
@pytest.mark.usefixtures("own_platform")
async def test_recorded_traces_are_stored_exactly(
    conn: asyncpg.Connection, own_broker: Broker, names: list[str]
) -> None:
    if not TRACES.exists():
        pytest.skip("recorded traces are absent: no ../shared/data/traces beside the repository")
    end_us, worn, sent = clock.now_us(), {}, {}
    traces = [rows for name in names for rows in recorded(name).values()]
    for n, rows in enumerate(traces):
        device, worn[f"T-{n}"] = await tracked.a_wearer(conn, f"T-{n}")
        sent[f"T-{n}"] = as_fixes(device, rows, end_us=end_us)
    encode = as_json if names == ["emission_jumps"] else as_binary
    with Sender(own_broker, sent, encode=encode, size=50) as devices:
        await asyncio.to_thread(devices.wait, 120)
        assert devices.waiting() == 0
    for serial, person in worn.items():
        stored = await store.reports(conn, person, since_us=0, until_us=end_us + 1)
        expected = sorted(sent[serial], key=lambda f: (f.taken_us, f.device, f.sequence))
        assert [said(f) for f in stored if isinstance(f, Fix)] == [said(f) for f in expected]
    total = sum(len(rows) for rows in traces)
    assert await conn.fetchval("select count(*) from fixes") == total
    assert await conn.fetchval("select count(*) from rejected") == 0
