"""The whole demo as a newcomer starts it: found by other commands, alone, hard to kill, easy to end."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.demo import answers
from app.private import postgres
from app.settings import RUN

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240
FOREIGN = ("EJAZO_DATABASE_URL", "EJAZO_MQTT_URL", "EJAZO_GATEWAY_URL")


class Demo:
    """`ejazo demo` as a process, and what it says."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.said: list[str] = []
        env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        self.child = subprocess.Popen(
            [sys.executable, "-m", "app", "demo", "--people", "10", "--port", "0"],
            cwd=ROOT,
            env={**env, "EJAZO_STATE": str(state)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.said.append(line)
        self.child.stderr.close()

    @property
    def text(self) -> str:
        return "".join(self.said)

    @property
    def address(self) -> str:
        return re.findall(r"runs at  (\S+)", self.text)[-1]

    def until_it_runs(self) -> None:
        self.until(lambda: "Ctrl-C ends everything" in self.text)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)

    def processes(self) -> dict[int, str]:
        """Everything that was started for this demo: its variable or its folder tells."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                around = (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.state).encode() in around + command.encode() and command:
                found[int(entry.name)] = command
        return found

    def pid(self, word: str) -> int:
        return next((pid for pid, command in self.processes().items() if word in command), 0)

    def kill(self, word: str) -> None:
        """As the kernel would, and wait until there is another one."""
        old = self.pid(word)
        os.kill(old, signal.SIGKILL)
        self.until(lambda: self.pid(word) not in {0, old})

    def end(self, sign: signal.Signals) -> int:
        self.child.send_signal(sign)
        code = self.child.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        return code


def fixes(state: Path) -> int:
    psql = next(postgres.installations()) / "psql"
    url = json.loads((state / RUN).read_text())["EJAZO_DATABASE_URL"]
    done = subprocess.run(
        [psql, "-XAt", "-d", url, "-c", "select count(*) from fixes"],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    return int(done.stdout or -1)


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Demo]:
    made = Demo(home / "demo")
    made.until_it_runs()
    yield made
    made.end(signal.SIGKILL)


@pytest.mark.slow
def test_it_runs_and_is_found(demo: Demo) -> None:
    assert answers(f"{demo.address}healthz")
    note = demo.state / RUN
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert json.loads(note.read_text())["address"] == demo.address
    demo.until(lambda: fixes(demo.state) > 0)


@pytest.mark.slow
def test_a_second_one_says_where_the_first_is(demo: Demo) -> None:
    second = Demo(demo.state)
    assert second.child.wait(PATIENCE_S) == 1
    second.reader.join(PATIENCE_S)
    assert f"already runs in this clone: {demo.address}" in second.text


@pytest.mark.slow
@pytest.mark.parametrize("part", ["-m app api", "-m app watch", "-m app ingest", "-m app simulate"])
def test_a_killed_part_is_back(demo: Demo, part: str) -> None:
    demo.kill(part)
    assert f"{part.rsplit(maxsplit=1)[-1]} was ended by SIGKILL; starting it again" in demo.text
    demo.until(lambda: answers(f"{demo.address}healthz"))


@pytest.mark.slow
@pytest.mark.parametrize("part", ["mosquitto -c", "postgres -D"])
def test_a_killed_service_is_back_and_the_data_flow_on(demo: Demo, part: str) -> None:
    before = fixes(demo.state)
    demo.kill(part)
    demo.until(lambda: fixes(demo.state) > before)


@pytest.mark.slow
def test_kill_9_of_the_supervisor_leaves_nothing_and_the_next_start_works(demo: Demo) -> None:
    demo.end(signal.SIGKILL)
    demo.until(lambda: not demo.processes())
    again = Demo(demo.state)
    again.until_it_runs()
    assert answers(f"{again.address}healthz")
    assert again.end(signal.SIGINT) == 0
    assert not again.processes()
    assert not (demo.state / RUN).exists()
