"""Many eyes: what it costs to tell thousands of sockets of a change, and to show a nation to a few.

    ./ejazo bench hub [--sockets 2000] [--changes 200] [--people 255000] [--rounds 2] [--json FILE]

Ours is `ejazo api` with its database: every change is a row of the feed, read, encoded and written. The peer
is a FastAPI socket with a loop of `send_json` over everybody. Both speak over loopback to listeners in
processes of their own; what is counted is the processor time of the serving process alone."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import numpy as np
import psutil

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import callers
import files
from app import migrate
from app.private.postgres import Cluster
from benchmarks import nation, report
from benchmarks.listeners import Crowd
from benchmarks.report import Row
from benchmarks.send_json import SendJson
from core import bus, db, sessions
from core.auth import Role
from core.model import PersonId
from platform_running import Platform

PACE_S: Final = 0.01
"""Between changes that come as they come: a hundred a second."""
Publish = Callable[[int], None]


@dataclass
class Server:
    """One contender: its process, its listeners, and how a change is handed to it."""

    name: str
    process: psutil.Process
    crowd: Crowd
    publish: Publish

    def spent(self) -> float:
        return sum(self.process.cpu_times()[:2])

    def run(self, changes: Sequence[int], *, pace_s: float | None) -> dict[str, float]:
        """µs of the server a delivery, ms from handing over to arrival. Pace None: one after another."""
        published, before = {}, self.spent()
        for place, change in enumerate(changes, 1):
            published[change] = time.monotonic()
            self.publish(change)
            if pace_s is None:
                self.crowd.wait(place * self.crowd.size)
            else:
                time.sleep(max(0.0, published[changes[0]] + place * pace_s - time.monotonic()))
        self.crowd.wait(len(changes) * self.crowd.size)
        spent, noted = self.spent() - before, self.crowd.take()
        assert len(noted) == len(changes) * self.crowd.size
        readable = noted[noted[:, 0] >= 0]
        late = 1000 * np.array([at - published[int(change)] for change, at in readable])
        p50, p99 = np.percentile(late, (50, 99)) if len(late) else (np.nan, np.nan)
        return {"us": spent / len(noted) * 1e6, "p50_ms": float(p50), "p99_ms": float(p99)}


@dataclass
class Feed:
    """Alerts of one person, rung by hand."""

    loop: asyncio.AbstractEventLoop
    conn: asyncpg.Connection
    alerts: list[int]
    whom: int

    def publish(self, alert: int) -> None:
        self.loop.run_until_complete(self._publish(alert))

    async def _publish(self, alert: int) -> None:
        async with self.conn.transaction():
            await bus.announce(self.conn, [bus.Row("alert", {"alert": alert}, self.whom)])


async def _people(url: str, *, sockets: int, changes: int) -> tuple[list[str], list[int], int]:
    """Cookies of 20 officers for all sockets, and the alerts of somebody."""
    engine = db.engine(url)
    secrets = [
        await callers.session(engine, await callers.user(engine, f"o{n}", role=Role.ADMINISTRATOR))
        for n in range(20)
    ]
    whom = await files.person(engine)
    rung = [await files.alert(engine, PersonId(whom), n, kind="strap") for n in range(1, changes + 1)]
    await engine.dispose()
    return [f"{sessions.COOKIE}={secrets[n % 20]}" for n in range(sockets)], rung, whom


def _posted(port: int, whom: int) -> Publish:
    card: dict[str, Any] = {"person_id": whom, "person_name": "Aliyev Namuna", "kind": "strap", "severity": 2}
    card |= {"state": "new", "raised_at": "2026-01-01T00:00:00.000000Z", "closed_at": None}
    card |= {"opened_at": "2026-01-01T00:00:00.000000Z", "annulled_at": None, "is_late": False}
    card |= {"taken_by_name": None, "zone_name": None}

    def publish(alert: int) -> None:
        change = {
            "type": "changes",
            "seq": alert,
            "alerts": [{"id": alert} | card],
            "states": {whom: "breach"},
        }
        body = json.dumps(change | {"now": "2026-01-01T00:00:00.000000Z"}).encode()
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/changes", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(asked) as answer:  # noqa: S310 - the same
            answer.read()

    return publish


def compete(servers: Sequence[Server], *, changes: Sequence[int], rounds: int) -> list[Row]:
    """Everybody in turn, several times; the rows are ratios of medians."""
    rows = []
    for how, pace_s in (("as they come, 100 a second", PACE_S), ("one after another", None)):
        found: dict[str, list[dict[str, float]]] = {server.name: [] for server in servers}
        for _ in range(rounds):
            for server in servers:
                found[server.name].append(server.run(changes, pace_s=pace_s))
                print(f"{how}: {server.name} {found[server.name][-1]}", flush=True)
        middle = {
            name: {key: float(np.median([run[key] for run in runs])) for key in runs[0]}
            for name, runs in found.items()
        }
        ours = middle.pop("ours")
        rows += [_row(how, name, ours=ours, peer=peer) for name, peer in middle.items()]
    return rows


def _row(how: str, name: str, *, ours: dict[str, float], peer: dict[str, float]) -> Row:
    figures = {f"ours {key.replace('_', ' ')}": value for key, value in ours.items()}
    figures |= {f"peer {key.replace('_', ' ')}": value for key, value in peer.items() if not np.isnan(value)}
    return Row(f"changes {how}, vs {name}", peer["us"] / ours["us"], 2, 5, figures)


def fan_out(home: Path, cluster: Cluster, asked: argparse.Namespace) -> list[Row]:
    cluster.ensure("hub")
    url = cluster.url("hub")
    migrate.upgrade(url)
    loop = asyncio.new_event_loop()
    cookies, rung, whom = loop.run_until_complete(_people(url, sockets=asked.sockets, changes=asked.changes))
    platform, peers = Platform(url, "mqtt://127.0.0.1:1", home), [SendJson(), SendJson()]
    platform.start("api")
    try:
        feed = Feed(loop, loop.run_until_complete(db.connect(url)), rung, whom)
        servers = [
            Server(
                "ours",
                psutil.Process(platform.children["api"].pid),
                Crowd(platform.port, "/v1/live", cookies=cookies),
                feed.publish,
            )
        ]
        for peer, name in zip(peers, ("send_json", "send_json, deflate as browsers ask"), strict=True):
            crowd = Crowd(peer.port, "/live", cookies=cookies, deflate="deflate" in name)
            process = psutil.Process(int(peer.child.pid or 0))
            servers.append(Server(name, process, crowd, _posted(peer.port, whom)))
        rows = compete(servers, changes=rung, rounds=asked.rounds)
        for server in servers:
            server.crowd.end()
        loop.run_until_complete(feed.conn.close())
        return rows
    finally:
        platform.stop()
        for peer in peers:
            peer.end()


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sockets", type=int, default=2000, help="0: only the nation")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--people", type=int, default=255_000, help="0: without the nation")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        cluster = Cluster(home / "pg", fast=True).start()
        try:
            rows = fan_out(home, cluster, asked) if asked.sockets else []
            if asked.people:
                rows += nation.measure(cluster, people=asked.people)
        finally:
            cluster.stop()
    print(report.machine(["uvicorn", "websockets", "uvloop", "fastapi", "numpy"]))
    report.finish(rows, asked.json)


if __name__ == "__main__":
    main()
