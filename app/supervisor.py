"""Keeps the parts of a platform running: starts them in order, again when they end, and ends them all."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.private import process
from app.private.process import Owner, ServiceError

LOOK_S = 0.2
STEADY_S = 30.0
LONGEST_PAUSE_S = 10.0
LONGEST_LOG = 10_000_000


class Part(Protocol):
    def start(self) -> object: ...
    def stop(self) -> None: ...
    def is_running(self) -> bool: ...


class Child:
    """One of our own commands as a process, as an ordinary user where that user can read the code."""

    def __init__(
        self, argv: Sequence[str | Path], log: Path, *, env: Mapping[str, str], cwd: Path, who: Owner | None
    ) -> None:
        self.argv, self.log, self.env, self.cwd, self.owner = argv, log, env, cwd, who
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.child = process.launch(self.argv, log, who=self.owner, env=self.env, cwd=self.cwd)

    def ask_to_end(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        process.end(self.child, signal.SIGTERM, patience_s=5)

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None


@dataclass(slots=True)
class Watched:
    name: str
    part: Part
    started: float
    failures: int = 0
    again_at: float | None = None


class Supervisor:
    """Single-threaded on purpose: children die with the thread that started them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.watched: list[Watched] = []

    def start(self, name: str, part: Part) -> None:
        """The order of starting is the order of dependence; ending goes the other way."""
        self.watched.append(Watched(name, part, time.monotonic()))
        part.start()

    def watch(self) -> None:
        while True:
            self.look(time.monotonic())
            time.sleep(LOOK_S)

    def look(self, now: float) -> None:
        for one in self.watched:
            if one.part.is_running():
                continue
            if one.again_at is None:
                self._plan(one, now)
            elif now >= one.again_at:
                self._again(one, now)

    def stop(self) -> None:
        for one in self.watched:
            if isinstance(one.part, Child):
                one.part.ask_to_end()
        for one in reversed(self.watched):
            one.part.stop()
        self.watched.clear()

    def _plan(self, one: Watched, now: float) -> None:
        """A part that ran steadily comes back at once; one that fails again and again is given pauses."""
        one.failures = 0 if now - one.started > STEADY_S else one.failures + 1
        pause = min(LONGEST_PAUSE_S, 0.25 * 2**one.failures) if one.failures > 1 else 0.0
        one.again_at = now + pause
        later = f" in {pause:.0f} s" if pause else ""
        self.say(f"{one.name} {_how_it_ended(one.part)}; starting it again{later}")

    def _again(self, one: Watched, now: float) -> None:
        one.started, one.again_at = now, None
        try:
            one.part.start()
        except ServiceError as why:
            self.say(str(why))


def _how_it_ended(part: Part) -> str:
    child: subprocess.Popen[bytes] | None = getattr(part, "child", None)
    code = None if child is None else child.returncode
    if code is None:
        return "did not start"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    log: Path | None = getattr(part, "log", None)
    return f"ended with code {code}" + (f" (see {log})" if log else "")


def readers(cwd: Path, python: Path) -> Owner | None:
    """Whom our own processes run as: the services' user, if it can read this clone and its Python."""
    who = process.owner()
    if who is None:
        return None
    try:
        tried = subprocess.run(  # noqa: S603 - our own Python
            [python, "-c", "import app.cli"],
            cwd=cwd,
            capture_output=True,
            check=False,
            **process.credentials(who),
        )
    except PermissionError:
        return None
    return who if tried.returncode == 0 else None
