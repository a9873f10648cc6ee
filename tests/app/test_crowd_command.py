"""What `ejazo simulate --connections` is asked and shows."""

import io
import os
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from rich.console import Console

from app import crowd_options, processes, simulate
from app.screen import WINDOW, Reading, Screen
from simulators.link import GOOD


def asked(**given: object) -> dict[str, object]:
    """As click hands it over."""
    nothing = dict.fromkeys(crowd_options.NAMES)
    usual = {
        "devices": 10, "interval_s": 15.0, "seed": 1, "scenario": None, "stage": None, "duration_s": None,
        "ago_s": 0.0, "clock_error_s": 0.0, "ledger": None, "format": "json", "connections": 2,
        "attack": None, "sealing": None,
    }  # fmt: skip
    return {**nothing, **usual, **given}


def test_pairs_and_processes_are_read() -> None:
    order = crowd_options.order(
        GOOD, asked(storm="60:0.3", offline="0.1:600", watch_pids="ingest=1,broker=22")
    )
    assert order.habits.storm == (60.0, 0.3)
    assert order.habits.offline == (0.1, 600.0)
    assert order.pids == {"ingest": 1, "broker": 22}
    assert order.lasts_us == 3_600_000_000


@pytest.mark.parametrize(
    "words",
    [
        ["--batch", "4"],
        ["--storm", "60:0.3"],
        ["--connections", "2", "--scenario", "breach"],
        ["--connections", "2", "--storm", "often"],
        ["--connections", "2", "--watch-pids", "ingest"],
        ["--connections", "0"],
        ["--connections", "2", "--batch", "33"],
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EJAZO_DATABASE_URL", "postgresql://nowhere")
    done = CliRunner().invoke(simulate.command, words)
    assert done.exit_code == 2, done.output


def a_reading(second: int) -> Reading:
    """A thousand messages a second; in each one more sample, of so many seconds."""
    return Reading(
        at_s=float(second), messages=1000 * second, reports=4000 * second, acks=900 * second, held=7,
        lag_s=0.25, up=4, lines=5, falls=1, puback_s=[float(s) for s in range(second)], ack_s=[],
        cpu={"ingest": 0.5},
    )  # fmt: skip


def test_the_screen_shows_the_last_ten_seconds() -> None:
    out = io.StringIO()
    samples: list[float] = []
    with Screen(Console(file=out, width=400)) as screen:
        for second in range(31):
            reading = a_reading(second)
            samples += reading.puback_s[len(samples) :]
            screen.show(reading)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["0", "10", "20", "30"]
    last = out.getvalue().splitlines()[-1]
    for shown in ("messages/s 1,000", "reports/s 4,000", "acks/s 900", "unacknowledged 7", "behind 0.25 s",
                  "4 of 5, 1 fallen", "ingest 0.50", "platform p50/p99 –"):  # fmt: skip
        assert shown in last
    middle = (30 + 30 - WINDOW - 1) / 2
    assert f"broker p50/p99 {middle * 1000:.0f}/" in last


def test_a_process_that_works_takes_a_core_and_one_that_has_ended_takes_none() -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        watch = processes.Watch({"busy": busy.pid})
        time.sleep(0.5)
        assert watch.shares()["busy"] > 0
        assert set(watch.pids) == {"simulate", "busy"}
        assert watch.pids["simulate"] == os.getpid()
    finally:
        busy.kill()
        busy.wait()
    watch.shares()
    assert watch.shares()["busy"] == 0
    assert watch.average()["busy"] > 0
