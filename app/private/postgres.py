"""A private PostgreSQL cluster with PostGIS, reached through a Unix socket in a closed folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

from app.private import place, process
from app.private.process import ServiceError

PORT = 5432  # only a part of the socket's name: the cluster listens on no network address
START_S = 60
OLDEST = 15
ROLE = "ejazo"
API, WORKER = "ejazo_api", "ejazo_worker"
"""The platform's processes (ADR-0041); the first one owns the database."""
ALWAYS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # docs/storage.md argues each of these.
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "lz4",
    "effective_io_concurrency": "200",
    "random_page_cost": "1.1",
}
FAST = {  # a test's cluster may lose everything when the machine does
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}


def installations() -> Iterator[Path]:
    """Folders with `postgres` and `initdb` whose installation has PostGIS, the newest first."""
    roots = (Path("/usr/lib/postgresql"), place.unpacked() / "usr/lib/postgresql")
    versioned = [p for root in roots for p in sorted(root.glob("*/bin"), key=_major, reverse=True)]
    recent = [folder for folder in versioned if _major(folder) >= OLDEST]
    for folder in (*recent, *map(Path, os.get_exec_path())):
        if (folder / "postgres").exists() and (folder / "initdb").exists() and _has_postgis(folder):
            yield folder


def _major(folder: Path) -> int:
    name = folder.parent.name.partition(".")[0]
    return int(name) if name.isdigit() else 0


def _has_postgis(folder: Path) -> bool:
    tool = folder / "pg_config"
    if not tool.exists():
        return False
    asked = subprocess.run(
        [tool, "--sharedir"], env=place.environment(tool), capture_output=True, text=True, check=False
    )
    return (Path(asked.stdout.strip()) / "extension/postgis.control").exists()


def version(folder: Path) -> str:
    """The major version, as a data folder's PG_VERSION writes it."""
    tool = folder / "postgres"
    said = subprocess.run(
        [tool, "-V"], env=place.environment(tool), capture_output=True, text=True, check=True
    )
    return said.stdout.split()[2].partition(".")[0]


class Cluster:
    """`fast` gives up durability for tests. `start` may be called again after the server died."""

    def __init__(self, home: Path, fast: bool = False) -> None:
        self.home, self.fast = home, fast
        self.data, self.log = home / "data", home / "postgres.log"
        self.socket = place.socket_folder(home)
        self.owner = process.owner()
        self.bin = self._choose()
        self.env = place.environment(self.bin)
        self.child: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", role: str = ROLE) -> str:
        where = urlencode({"host": self.socket, "port": PORT}, quote_via=quote)
        return f"postgresql://{role}@/{quote(database)}?{where}"

    def start(self) -> Self:
        process.folder(self.home, self.owner)
        process.folder(self.socket, self.owner)
        if not (self.data / "PG_VERSION").exists():
            self._make()
        self._end_stranger()
        deadline = time.monotonic() + START_S
        while not self._try(deadline):
            if time.monotonic() > deadline:
                raise ServiceError(f"PostgreSQL did not start; {self.log} ends:\n{process.tail(self.log)}")
            time.sleep(0.2)  # backends of a killed server hold its shared memory for a moment
        return self

    def stop(self) -> None:
        process.end(self.child, signal.SIGINT, patience_s=20)  # PostgreSQL's "fast" shutdown

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement with psql; the answer's values, one row a line."""
        told = self._run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", statement)
        return told.strip()

    def ensure(self, database: str) -> None:
        """The settings' database exists, and the roles that work with it; nothing else about it."""
        known = self.sql("select rolname from pg_roles").split()
        for role in (API, WORKER):
            if role not in known:
                self.sql(f"create role {role} login")
        self.sql(f"grant pg_read_all_stats to {WORKER}")  # whose eyes still see a day (ADR-0023)
        if self.sql(f"select count(*) from pg_database where datname = '{database}'") == "0":  # noqa: S608
            self.sql(f'create database "{database}"')

    def _choose(self) -> Path:
        found = list(installations())
        if not found:
            raise ServiceError("no PostgreSQL with PostGIS is installed: run ./ejazo doctor")
        made_by = self.data / "PG_VERSION"
        try:
            wanted = made_by.read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            return found[0]
        for folder in found:
            if version(folder) == wanted:
                return folder
        raise ServiceError(f"{self.data} was made by PostgreSQL {wanted}, which is no longer installed")

    def _run(self, tool: str, *args: str | Path) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [self.bin / tool, *args],
            env=self.env,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **process.credentials(self.owner),
        )
        if done.returncode:
            raise ServiceError(f"{tool}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _make(self) -> None:
        """initdb beside, then rename: an interrupted one leaves no half cluster."""
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        quick = ["--no-sync"] if self.fast else []
        access = ("--auth-local=trust", "--auth-host=reject")
        self._run("initdb", "-D", new, "-U", ROLE, *access, "-E", "UTF8", f"--locale={locale}", *quick)
        new.rename(self.data)

    def _settings(self) -> list[str]:
        chosen = ALWAYS | (FAST if self.fast else {})
        return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]

    def _try(self, deadline: float) -> bool:
        with self.log.open("ab") as log:
            self.child = process.launch(
                [
                    self.bin / "postgres",
                    "-D",
                    self.data,
                    "-k",
                    self.socket,
                    "-p",
                    str(PORT),
                    *self._settings(),
                ],
                log,
                who=self.owner,
                env=self.env,
                at_parents_end=signal.SIGINT,
            )
        while self.child.poll() is None and time.monotonic() < deadline:
            if self._pid_file() == (self.child.pid, "ready"):
                return True
            time.sleep(0.01)
        process.end(self.child, signal.SIGQUIT)
        return False

    def _pid_file(self) -> tuple[int, str] | None:
        """The server's own word: its process id, and on the eighth line its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text("utf-8").splitlines()
            return int(lines[0]), lines[7].strip()
        except (OSError, IndexError, ValueError):
            return None

    def _end_stranger(self) -> None:
        """A server of this data folder that outlived its command: no parent-death signal, or a fresh kill."""
        noted = self._pid_file()
        if noted is None or not self._serves(noted[0]):
            return
        os.kill(noted[0], signal.SIGINT)
        deadline = time.monotonic() + START_S
        while self._serves(noted[0]) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _serves(self, pid: int) -> bool:
        try:
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
