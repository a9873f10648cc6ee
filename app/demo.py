"""ejazo demo: everything running on private services, with made-up people and devices."""

import asyncio
import fcntl
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from app import migrate, records, seed, settings, story, story_own
from app.private import place, process
from app.private.broker import HOST, Broker, free_port
from app.private.postgres import API, ROLE, WORKER, Cluster
from app.private.process import ServiceError
from app.supervisor import Child, Supervisor, readers
from app.training import agreed
from core import clock, db
from core.sealing import Keys
from simulators import stage
from simulators.population.staff import OUTSIDE, STAFF
from simulators.scenes import Scene
from simulators.world import OFFICERS, World

ANSWER_S = 60


@dataclass(frozen=True, slots=True)
class Doors:
    """The same database for its owner, for the API and for all other processes (ADR-0041)."""

    owner: str
    api: str
    worker: str


@click.command()
@click.option("--people", default=200, show_default=True, help="How many made-up people are watched.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same city.")
@click.option(
    "--port", default=8000, show_default=True, help="Of the officers' pages; another if it is taken."
)
@click.option("--simulate/--no-simulate", default=True, help="Whether made-up devices report.")
@click.option("--records", default=400, show_default=True, help="How many made-up people institutions hold.")
def command(people: int, seed: int, port: int, *, simulate: bool, records: int) -> None:
    """Start everything; Ctrl-C ends it.

    EJAZO_DATABASE_URL and EJAZO_MQTT_URL name existing servers to use instead of private ones.
    """
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, ended)
    state = process.folder(place.state(), process.owner())
    with alone(state):
        demo = Demo(state, people=people, records=records, seed=seed, port=port)
        try:
            demo.start(simulate=simulate)
            demo.supervisor.watch()
        except ServiceError as why:
            raise click.ClickException(str(why)) from why
        finally:
            demo.stop()


class Demo:
    def __init__(self, state: Path, *, people: int, records: int, seed: int, port: int) -> None:
        self.state, self.people, self.records, self.seed = state, people, records, seed
        self.port = free_port(port)
        self.supervisor = Supervisor(say)
        self.variables = {
            "EJAZO_HTTP_HOST": HOST,
            "EJAZO_HTTP_PORT": str(self.port),
            "EJAZO_STATE": str(state),
            "EJAZO_ARCHIVE": str(state / "archive"),
            "EJAZO_KEYS": str(state / "keys"),
        }
        self.owner = readers(place.ROOT, Path(sys.executable))
        self.logs = process.folder(state / "log", self.owner)
        process.folder(state / "archive", self.owner)
        process.folder(state / "keys", self.owner)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def start(self, *, simulate: bool) -> None:
        if self.owner is None and process.owner() is not None:
            say(f"  (the platform runs as root: an ordinary user cannot read {place.ROOT} or its Python)")
        with step("PostgreSQL"):
            doors = self._database()
        with step("MQTT broker"):
            worker, gateway = self._mqtt()
        self.variables |= {
            "EJAZO_DATABASE_URL": doors.worker,
            "EJAZO_MQTT_URL": worker,
            "EJAZO_GATEWAY_URL": gateway,
        }
        with step("schema"):
            migrate.upgrade(doors.owner)
            self.settle(doors.owner)
        if asyncio.run(is_ours(doors.owner)):
            with step("made-up people"):  # also where they are already: the actors' curfew begins anew
                city = seed.run(doors.owner, people=self.people, seed=self.seed, staged=self.staged)
                if asyncio.run(city):
                    asyncio.run(story_own.write(doors.owner, Keys(self.state / "keys"), people=self.people))
            with step("made-up records"):
                self._records(doors.owner)
        with step("API and screens"):  # alone: two cores answer sooner that way
            self._start_api(doors.api)
        for part in ("ingest", "watch"):
            self._launch(part)
        if simulate:
            self.simulate()
        self._note(doors.owner)
        say(self._welcome())

    def settle(self, owner: str) -> None:
        """Whose platform this is, before anybody is in it."""
        asyncio.run(_is_real(owner))

    def staged(self, world: World, at_us: int) -> tuple[World, tuple[Scene, ...]]:
        return stage.staged(world, at_us)

    def simulate(self) -> None:
        city = ("--devices", str(self.people), "--seed", str(self.seed))
        self._launch("simulate", *city, "--stage", "demo")

    def note(self) -> str:
        return ""

    def stop(self) -> None:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, signal.SIG_IGN)
        (self.state / settings.RUN).unlink(missing_ok=True)
        if self.supervisor.watched:
            with step("ending"):
                self.supervisor.stop()

    def _records(self, database: str) -> None:
        """The keys that seal them belong to who runs the platform."""
        keys = Keys(self.state / "keys")
        if self.records:
            run = records.run(database, keys, records=self.records, seed=self.seed, is_staffed=True)
            if asyncio.run(run):
                asyncio.run(story.write(database))
        for file in keys.folder.iterdir():
            process.give(file, self.owner)

    def _database(self) -> Doors:
        if given := os.environ.get("EJAZO_DATABASE_URL"):
            return Doors(os.environ.get("EJAZO_OWNER_URL", given), given, given)
        cluster = Cluster(self.state / "pg")
        self.supervisor.start("PostgreSQL", cluster)
        cluster.ensure(settings.DATABASE)
        return Doors(*(cluster.url(settings.DATABASE, role) for role in (ROLE, API, WORKER)))

    def _mqtt(self) -> tuple[str, str]:
        if given := os.environ.get("EJAZO_MQTT_URL"):
            return given, os.environ.get("EJAZO_GATEWAY_URL", given)
        broker = Broker(self.state / "mq")
        self.supervisor.start("the broker", broker)
        return broker.url("ingest"), broker.url("gateway")

    def _child(self, *argv: str, **variables: str) -> Child:
        env = {**os.environ, **self.variables, **variables}
        env.pop("EJAZO_OWNER_URL", None)
        if self.owner is not None:  # it may read the clone, but not write compiled code into it
            env |= {"PYTHONPYCACHEPREFIX": str(self.logs.parent / "compiled"), "HOME": str(self.logs)}
        command = (sys.executable, "-m", "app", *argv)
        return Child(command, self.logs / f"{argv[0]}.log", env=env, cwd=place.ROOT, who=self.owner)

    def _launch(self, *argv: str, **variables: str) -> Child:
        child = self._child(*argv, **variables)
        self.supervisor.start(argv[0], child)
        return child

    def _start_api(self, door: str) -> None:
        api = self._launch("api", EJAZO_DATABASE_URL=door)
        deadline = time.monotonic() + ANSWER_S
        while not answers(f"{self.address}healthz"):
            if not api.is_running() or time.monotonic() > deadline:
                raise ServiceError(f"the API does not answer; {api.log} ends:\n{process.tail(api.log)}")
            time.sleep(0.05)

    def _note(self, owner: str) -> None:
        """For the other commands of this clone; only the one who started the demo may read it."""
        new = self.state / f"{settings.RUN}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(
            json.dumps(self.variables | {"EJAZO_OWNER_URL": owner, "address": self.address}), "utf-8"
        )
        new.rename(self.state / settings.RUN)

    def _welcome(self) -> str:
        known = (*OFFICERS, *((*STAFF, *OUTSIDE) if self.records else ()))
        accounts = "\n".join(f"    {o.login:<16}{o.password:<22}{o.role}" for o in known)
        began = int(os.environ.get("EJAZO_BEGAN", "0"))  # when ./ejazo was called
        took = f"   (ready after {clock.now().timestamp() - began:.0f} s)" if began else ""
        return (
            f"\nE-jazo runs at  {self.address}{took}\n\n{self.note()}"
            f"  demo accounts and passwords:\n{accounts}\n\n"
            f"  a supervised person: {self.address}own   (telephone {story_own.PHONE})\n"
            f"  relatives: {self.address}my   (any telephone)\n"
            f"  the codes they are sent: ./ejazo texts\n\n  Ctrl-C ends everything.\n"
        )


async def _is_real(database: str) -> None:
    conn = await db.connect(database)
    try:
        await agreed.check(conn, is_training=False)
    finally:
        await conn.close()


async def is_ours(database: str) -> bool:
    """Nobody is in it, or made-up people only."""
    conn = await db.connect(database)
    try:
        return not await conn.fetchval("select exists (select from persons where number not like 'DEMO-%')")
    finally:
        await conn.close()


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """One demo a clone: held by the kernel, so that no kill leaves it behind."""
    with settings.lock(state).open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = settings.noted(state).get("address", "it is still starting")
            raise click.ClickException(f"a demo already runs in this clone: {where}") from None
        yield


@contextmanager
def step(name: str) -> Iterator[None]:
    began = time.perf_counter()
    say(f"  {name} … ", end="")
    try:
        yield
    except BaseException:
        say("stopped")
        raise
    say(f"{time.perf_counter() - began:.1f} s")


def say(text: str, end: str = "\n") -> None:
    with suppress(OSError):  # the terminal may be gone, and the end must still be orderly
        sys.stderr.write(text + end)
        sys.stderr.flush()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback
            return True
    except (urllib.error.URLError, OSError):
        return False


def ended(_sign: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
