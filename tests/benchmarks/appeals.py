"""Appeals over HTTP: how many a second and how long one waits, beside a bare route of the same framework.

    ./ejazo bench appeals [--appeals 300] [--rounds 3] [--lines 8] [--json FILE]

Ours is `ejazo api` with a durable PostGIS: token, idempotency key, number, entries, standing, receipt.
The peers take the same body in the same framework and server: one keeps nothing, one commits a single row."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import numpy as np
import psutil

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import related
from app import migrate
from app.private.postgres import Cluster
from benchmarks import asking, report
from benchmarks.asking import Load
from benchmarks.bare_route import BareRoute
from benchmarks.report import Row
from core import db
from core.sealing import Keys
from messaging.receipts.service import HASHER
from platform_running import Platform
from simulators.relatives.handset import uuid7

RELATIVES: Final = 60
"""Each may ask 300 times at once."""
WORDS: Final = "Uchrashuvga ruxsat soʻrayman (namuna). " * 20
WARM: Final = 40
PEERS: Final = {"a bare route": (0.01, 0.02), "a route that commits one row": (None, None)}
"""Least and aim: Argon2id of the receipt's code takes 20 ms of a core on purpose, a bare answer 0.3 ms."""


@dataclass
class Contender:
    name: str
    port: int
    path: str
    pids: Sequence[int]
    """The server, and the database with its children."""
    tokens: Sequence[str] = ()
    sent: int = 0
    busy_s: float = 0.0
    """Processor time of them all."""
    asked: int = 0
    found: dict[int, list[Load]] = field(default_factory=dict)
    """Lines → one a round."""

    def run(self, count: int, lines: int) -> Load:
        requests = [self._request() for _ in range(count)]
        before = spent(self.pids)
        made = asyncio.run(asking.load(self.port, requests, lines=lines))
        self.busy_s += spent(self.pids) - before
        self.asked += count
        return made

    @property
    def busy_ms(self) -> float:
        """A submit."""
        return self.busy_s / self.asked * 1000

    def middle(self, lines: int) -> dict[str, float]:
        runs = self.found[lines]
        return {
            name: float(np.median([getattr(run, name) for run in runs])) for name in Load.__dataclass_fields__
        }

    def _request(self) -> bytes:
        """Another relative each time, another text, another key."""
        self.sent += 1
        ident = str(uuid7())
        said = {"client_id": ident, "kind": "ariza", "subject": "Namuna", "body": f"{WORDS}{self.sent}"}
        headers = {"idempotency_key": ident}
        if self.tokens:
            headers["authorization"] = f"Bearer {self.tokens[self.sent % len(self.tokens)]}"
        return asking.request(self.path, json.dumps(said).encode(), **headers)


def spent(pids: Sequence[int]) -> float:
    """Seconds of processor so far, children included."""
    total = 0.0
    for pid in pids:
        for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            with suppress(psutil.Error):
                total += sum(one.cpu_times()[:2])
    return total


async def tokens(url: str, keys: Keys) -> list[str]:
    engine = db.engine(url)
    made = [await related.signed_in(engine, await related.enrolled(engine, keys)) for _ in range(RELATIVES)]
    await engine.dispose()
    return [one.access for one in made]


async def registered(url: str) -> int:
    conn = await asyncpg.connect(url)
    try:
        return int(await conn.fetchval("select count(*) from appeals"))
    finally:
        await conn.close()


async def prepare(url: str) -> None:
    conn = await asyncpg.connect(url)
    await conn.execute("create table bare (id uuid primary key, body text not null)")
    await conn.close()


def compete(contenders: Sequence[Contender], *, appeals: int, rounds: int, lines: Sequence[int]) -> None:
    """Everybody in turn, in each round."""
    for one in contenders:
        one.run(WARM, max(lines))
        one.busy_s, one.asked, one.found = 0.0, 0, {many: [] for many in lines}
    for _ in range(rounds):
        for many in lines:
            for one in contenders:
                one.found[many].append(one.run(appeals, many))
                print(f"{many} at once: {one.name} {one.found[many][-1]}", flush=True)


def rows(ours: Contender, peers: Sequence[Contender], *, lines: Sequence[int]) -> list[Row]:
    made = []
    for peer in peers:
        least, aim = PEERS[peer.name]
        for many in lines:
            mine, other = ours.middle(many), peer.middle(many)
            figures = {f"ours {name.replace('_', ' ')}": value for name, value in mine.items()}
            figures |= {f"peer {name.replace('_', ' ')}": value for name, value in other.items()}
            how = "one after another" if many == 1 else f"{many} at once"
            ratios = {
                "appeals/s": mine["a_second"] / other["a_second"],
                "submit p95": other["p95_ms"] / mine["p95_ms"],
            }
            made += [
                Row(f"{what}, {how}, vs {peer.name}", r, least, aim, figures) for what, r in ratios.items()
            ]
        busy = {"ours ms": ours.busy_ms, "peer ms": peer.busy_ms}
        ratio = peer.busy_ms / ours.busy_ms
        made.append(Row(f"processor time a submit, vs {peer.name}", ratio, least, aim, busy))
    return [*made, Row("of it Argon2id", None, figures={"ms": hashing_ms()})]


def hashing_ms() -> float:
    before = time.process_time()
    for _ in range(10):
        HASHER.hash("1234567890123456")
    return (time.process_time() - before) * 100


def wait(peer: BareRoute) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{peer.port}/openapi.json").close()
            return
        time.sleep(0.05)
    raise AssertionError("the peer did not start")


def measure(home: Path, asked: argparse.Namespace) -> list[Row]:
    cluster = Cluster(home / "pg").start()
    cluster.ensure("appeals")
    url = cluster.url("appeals")
    migrate.upgrade(url)
    asyncio.run(prepare(url))
    platform, peers = Platform(url, "mqtt://127.0.0.1:1", home), [BareRoute(), BareRoute(url)]
    try:
        platform.start("api")
        for peer in peers:
            wait(peer)
        spoken = asyncio.run(tokens(url, Keys(home / "keys")))
        pids, base = [platform.children["api"].pid], cluster.child.pid if cluster.child else 0
        ours = Contender("ours", platform.port, "/v1/my/appeals", [*pids, base], spoken)
        others = [
            Contender(name, peer.port, "/appeals", [int(peer.child.pid or 0), base])
            for name, peer in zip(PEERS, peers, strict=True)
        ]
        lines = sorted({1, asked.lines})
        compete([ours, *others], appeals=asked.appeals, rounds=asked.rounds, lines=lines)
        assert asyncio.run(registered(url)) == ours.sent
        return rows(ours, others, lines=lines)
    finally:
        platform.stop()
        for peer in peers:
            peer.end()
        cluster.stop()


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--appeals", type=int, default=300, help="a contender and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=8)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        found = measure(home, asked)
    print(report.machine(["uvicorn", "fastapi", "asyncpg", "sqlalchemy", "argon2-cffi"]))
    report.finish(found, asked.json)


if __name__ == "__main__":
    main()
