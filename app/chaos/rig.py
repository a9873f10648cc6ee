"""The platform under a drill: every process its own, kept running by the supervisor, struck one by one."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Self

import psutil

from app import migrate
from app.chaos.means import CannotError, Clock, Networks, Volume
from app.private import place, process
from app.private.broker import HOST, Broker, free_port
from app.private.postgres import API, WORKER, Cluster
from app.private.process import ServiceError
from app.settings import DATABASE
from app.supervisor import Child, Part, Supervisor

LOOK_S: Final = 0.05
PULSE: Final = "select coalesce(max(at)::text, '') from heartbeats where part = '{}'"
STORED: Final = "select count(*) from fixes"


class Rig:
    """Everything of it ends with the `with` block."""

    def __init__(self, home: Path, say: Callable[[str], None]) -> None:
        self.home, self.say = home, say
        self.lacking: dict[str, str] = {}
        """What this machine does not allow, and why."""
        self.volume: Volume | None = None
        self.networks: Networks | None = None
        self.clock: Clock | None = None
        self.supervisor = Supervisor(lambda text: say(f"    {text}"))
        self.parts: dict[str, Part] = {}
        self.port = free_port()
        self.variables: dict[str, str] = {}
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.push(self._ending)
            self._ask_for_means()
            self._start()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    @property
    def url(self) -> str:
        return self.cluster.url(DATABASE)

    def look(self) -> None:
        self.supervisor.look(time.monotonic())

    def go_on(self, seconds: float) -> None:
        self.until(lambda: False, seconds=seconds)

    def until(self, done: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it came true; what fell meanwhile is started again."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.look()
            if done():
                return True
            time.sleep(LOOK_S)
        return False

    def kill(self, name: str) -> None:
        """As the kernel would: the process and all of its children, without a word."""
        child: subprocess.Popen[bytes] | None = getattr(self.parts[name], "child", None)
        if child is None:
            raise ServiceError(f"{name} does not run")
        family = psutil.Process(child.pid).children(recursive=True)
        child.kill()
        for one in family:
            with suppress(psutil.Error):
                one.kill()
        child.wait()

    def stop_for(self, name: str, seconds: float) -> None:
        """An orderly end, and nobody starts it again meanwhile."""
        self.parts[name].stop()
        time.sleep(seconds)

    def ask(self, question: str) -> str | None:
        """None: the database does not answer."""
        try:
            return self.cluster.sql(question, DATABASE)
        except ServiceError:
            return None

    def stored(self) -> int | None:
        said = self.ask(STORED)
        return int(said) if said else None

    def pulse(self, part: str) -> str | None:
        return self.ask(PULSE.format(part))

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/readyz", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def simulate(self, *argv: str) -> subprocess.Popen[bytes]:
        """In a network of its own where there is one; it ends by itself."""
        inside = self.networks.inside("devices") if self.networks else ()
        with (self.home / "simulate.log").open("ab") as log:
            return process.launch(
                [*inside, sys.executable, "-m", "app", "simulate", *argv],
                log,
                who=None,
                env=self._environment(),
                cwd=place.ROOT,
            )

    def _ask_for_means(self) -> None:
        for name, make in (
            ("volume", lambda: Volume(self.home / "disk", self.home / "pg")),
            ("networks", lambda: Networks(("worker", "devices"))),
            ("clock", lambda: Clock(self.home)),
        ):
            try:
                made = make()
            except (CannotError, OSError) as why:
                self.lacking[name] = str(why)
                continue
            setattr(self, name, made)
            if not isinstance(made, Clock):
                self._ending.callback(made.close)

    def _start(self) -> None:
        self._ending.callback(self.supervisor.stop)
        self.cluster = Cluster(self.home / "pg")
        self._add("database", self.cluster)
        self.cluster.ensure(DATABASE)
        broker = Broker(self.home / "mq", host=self.networks.host if self.networks else HOST)
        self._add("broker", broker)
        self.variables = {
            "EJAZO_DATABASE_URL": self.cluster.url(DATABASE, WORKER),
            "EJAZO_MQTT_URL": broker.url("ingest"),
            "EJAZO_GATEWAY_URL": broker.url("gateway"),
            "EJAZO_HTTP_HOST": HOST,
            "EJAZO_HTTP_PORT": str(self.port),
            "EJAZO_STATE": str(self.home),
            "EJAZO_ARCHIVE": str(self.home / "archive"),
            "EJAZO_KEYS": str(self.home / "keys"),
        }
        migrate.upgrade(self.url)

    def start_platform(self) -> None:
        inside = self.networks.inside("worker") if self.networks else ()
        for name, command in (("API", "api"), ("worker", "ingest"), ("keeper", "watch")):
            argv = (*(inside if name == "worker" else ()), sys.executable, "-m", "app", command)
            env = self._environment() | (self.clock.variables if self.clock else {})
            if name == "API":
                env["EJAZO_DATABASE_URL"] = self.cluster.url(DATABASE, API)
            log = self.home / f"{command}.log"
            self._add(name, Child(argv, log, env=env, cwd=place.ROOT, who=None))

    def _add(self, name: str, part: Part) -> None:
        self.parts[name] = part
        self.supervisor.start(name, part)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}


def end(child: subprocess.Popen[bytes]) -> None:
    process.end(child, signal.SIGTERM)
