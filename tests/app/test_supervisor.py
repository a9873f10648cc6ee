"""The supervisor: what ends is started again, and nothing outlives the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.private.process import ServiceError
from app.supervisor import Child, Supervisor

ROOT = Path(__file__).parents[2]
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
PATIENCE_S = 30
SUPERVISE = """
import sys
from pathlib import Path
from app.private.broker import Broker
from app.private.postgres import Cluster
from app.supervisor import Child, Supervisor

home = Path(sys.argv[1])
supervisor = Supervisor(print)
parts = {
    "database": Cluster(home / "pg", fast=True),
    "broker": Broker(home / "mq"),
    "child": Child(["sleep", "600"], home / "child.log", env={}, cwd=home, who=None),
}
for name, part in parts.items():
    supervisor.start(name, part)
print(*(part.child.pid for part in parts.values()), flush=True)
supervisor.watch()
"""


class Broken:
    """A part that cannot start, until it is told that it can."""

    def __init__(self) -> None:
        self.starts = 0
        self.works = True

    def start(self) -> None:
        self.starts += 1
        if not self.works:
            raise ServiceError("no room")

    def stop(self) -> None:
        self.works = False

    def is_running(self) -> bool:
        return self.works and self.starts > 0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Zombies are dead: nobody may be left in this test's container to note their end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child(SLEEPER, tmp_path / "child.log", env=os.environ, cwd=tmp_path, who=None)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_supervisor(home: Path, sign: signal.Signals) -> None:
    own = home / f"supervised-{sign.name}"
    own.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, own], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        assert len(pids) == 3
        assert all(map(is_alive, pids))
        supervisor.send_signal(sign)
    until(lambda: not any(map(is_alive, pids)))


def test_a_killed_child_is_started_again_and_said_so(child: Child) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.start("ingest", child)
    assert child.child is not None
    first = child.child
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    supervisor.look(now=time.monotonic())
    supervisor.look(now=time.monotonic())
    assert child.is_running()
    assert child.child.pid != first.pid
    assert said == ["ingest was ended by SIGKILL; starting it again"]
    supervisor.stop()
    assert not child.is_running()


def test_a_part_that_keeps_failing_is_given_pauses() -> None:
    said: list[str] = []
    part = Broken()
    supervisor = Supervisor(said.append)
    supervisor.start("part", part)
    part.works = False
    for tenth in range(600):
        supervisor.look(now=time.monotonic() + tenth / 10)
    assert 5 < part.starts < 15
    assert "no room" in said
    assert any("in 10 s" in line for line in said)


def test_a_part_that_recovers_is_left_alone() -> None:
    part = Broken()
    supervisor = Supervisor(lambda _: None)
    supervisor.start("part", part)
    part.works = False
    supervisor.look(now=time.monotonic())
    part.works = True
    supervisor.look(now=time.monotonic() + 60)
    supervisor.look(now=time.monotonic() + 120)
    assert part.starts == 1


def test_the_end_of_a_child_is_told_with_its_log(tmp_path: Path) -> None:
    said: list[str] = []
    child = Child(
        (sys.executable, "-c", "raise SystemExit(3)"),
        tmp_path / "x.log",
        env=os.environ,
        cwd=tmp_path,
        who=None,
    )
    supervisor = Supervisor(said.append)
    supervisor.start("watch", child)
    assert child.child is not None
    child.child.wait()
    supervisor.look(now=time.monotonic())
    assert said == [f"watch ended with code 3 (see {tmp_path}/x.log); starting it again"]
