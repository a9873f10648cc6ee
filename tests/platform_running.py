"""The platform's own processes, started for one test as an installation would start them."""

import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from app.private.postgres import API, ROLE, WORKER
from simulators.names import GIVEN, SURNAMES

ROOT = Path(__file__).parents[1]
START_S = 90
PERSONAL = re.compile(
    rf"\b(?:{'|'.join((*SURNAMES, *GIVEN['m'], *GIVEN['f']))})"
    r"|\+?998\d{9}|(?<![\d.])(?:4[0-2]|6[89])\.\d{4,}|\b\d{14}\b"
)
"""The made-up city's names, and degrees around it."""


def free_port() -> int:
    """None of those that the system lends to whoever calls: no line takes it before it is used, or while
    who listened there is away."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("this machine has no free port")


class Platform:
    """Starts, kills and ends `ejazo api | ingest | watch` against one database and one broker."""

    def __init__(self, database: str, mqtt: str, logs: Path) -> None:
        self.database, self.mqtt, self.logs = database, mqtt, logs
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.gateway: str | None = None
        """The broker's address for simulators, where it differs from the worker's."""
        self.settings: dict[str, str] = {}
        """More EJAZO_* variables of all processes."""
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def environment(self) -> Mapping[str, str]:
        own = {
            "EJAZO_DATABASE_URL": self.door(WORKER),
            "EJAZO_OWNER_URL": self.database,
            "EJAZO_MQTT_URL": self.mqtt,
            "EJAZO_HTTP_PORT": str(self.port),
            "EJAZO_KEYS": str(self.logs / "keys"),
        }
        if self.gateway:
            own["EJAZO_GATEWAY_URL"] = self.gateway
        return {**os.environ, **own, **self.settings}

    def door(self, role: str) -> str:
        """As an installation has it: nobody but migrations and backups comes as the owner (ADR-0041)."""
        return self.database.replace(f"//{ROLE}@", f"//{role}@")

    def start(self, *parts: str) -> None:
        """A part may be started several times under names such as ingest:2."""
        for part in parts:
            command = part.partition(":")[0]
            door = self.door(API if command == "api" else WORKER)
            with (self.logs / f"{part}.log").open("ab") as log:
                self.children[part] = subprocess.Popen(
                    [sys.executable, "-m", "app", command],
                    cwd=ROOT,
                    env={**self.environment, "EJAZO_DATABASE_URL": door},
                    stdout=log,
                    stderr=log,
                )
        if "api" in parts:
            self._wait_for_api()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One of the commands, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "app", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def kill(self, part: str) -> None:
        """As the kernel would: no goodbye."""
        child = self.children.pop(part)
        child.kill()
        child.wait()

    def stop(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.children.clear()

    def told_nobody(self) -> None:
        """Logs hold ids and counts: no name of anybody made up, no telephone, no place."""
        for file in self.logs.glob("*.log"):
            for line in file.read_text("utf-8", "replace").splitlines():
                found = PERSONAL.search(re.sub(r'"at": "[^"]*"', "", line))
                assert found is None, f"{file.name} tells {found[0]!r}"

    def log(self, part: str) -> str:
        return (self.logs / f"{part}.log").read_text("utf-8", "replace")

    def _wait_for_api(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.children["api"].poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):  # noqa: S310 - our own loopback
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"the API did not start:\n{self.log('api')[-2000:]}")
