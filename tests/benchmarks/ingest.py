"""Fixes a second and CPU a fix of the worker, draining a backlog: run by hand, on a quiet machine.

`ejazo bench ingest [FIXES] [--no-terms] [--json FILE]`

A private cluster with fsync, a private broker, 200 seeded people with their zones and hours."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg
import click
import psutil
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

import tracked
from app import migrate
from app.ingest import CLIENT_ID
from app.private.broker import Broker
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import clock, db
from platform_running import Platform
from sender import as_binary, as_json
from tracking import wire
from tracking.inbox import Inbox
from tracking.model import Fix

PEOPLE = 200
STEP_US = 1_000_000


async def subscribe(broker: Broker) -> None:
    """From now on the broker keeps what the worker misses."""
    async with Inbox(broker.url("ingest"), client_id=CLIENT_ID, topics=wire.SUBSCRIPTIONS) as inbox:
        await inbox.wait_connected()


def publish(broker: Broker, messages: Sequence[tuple[str, bytes]]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gateway", broker.password("gateway"))
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for topic, payload in messages:
        info = client.publish(topic, payload, qos=1)
    info.wait_for_publish()
    client.disconnect()
    client.loop_stop()


async def drain(conn: asyncpg.Connection, platform: Platform, *, stored: int, name: str, fixes: int) -> Row:
    """From the first stored fix to the last: starting Python is not what is measured."""
    platform.start("ingest")
    process = psutil.Process(platform.children["ingest"].pid)
    unseen = "select not exists (select from fixes offset $1)"
    while await conn.fetchval(unseen, stored):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.005)
    began, cpu, done = time.perf_counter(), sum(process.cpu_times()[:2]), 0
    first = await conn.fetchval("select count(*) from fixes") - stored
    while done < fixes:
        await asyncio.sleep(0.1)
        done = await conn.fetchval("select count(*) from fixes") - stored
    seconds, used = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu
    measured = max(fixes - first, 1)
    click.echo(f"{name:<22}{measured / seconds:>10,.0f} fixes/s{used / measured * 1e6:>8.1f} µs CPU a fix")
    platform.stop()
    return Row(
        name, None, figures={"fixes_a_second": measured / seconds, "cpu_us_a_fix": used / measured * 1e6}
    )


@click.command()
@click.argument("fixes", default=40_000)
@click.option("--terms/--no-terms", default=True, help="Whether the people have zones and hours to judge by.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(fixes: int, terms: bool, file: Path | None) -> None:
    """Print both figures for each way of sending FIXES fixes."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    cluster, broker = Cluster(home / "pg").start(), Broker(home / "mq").start()
    try:
        cluster.ensure("ejazo")
        migrate.upgrade(cluster.url("ejazo"))
        platform = Platform(cluster.url("ejazo"), broker.url("ingest"), home)
        if terms:
            click.echo(platform.run("seed", "--people", str(PEOPLE)).stderr, nl=False)
        else:
            asyncio.run(plain(platform.database))
        report.write(asyncio.run(measure(broker, platform, fixes=fixes)), file)
    finally:
        broker.stop()
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


async def plain(database: str) -> None:
    """People without conditions: what is left is receiving and storing."""
    conn = await db.connect(database)
    for n in range(PEOPLE):
        await tracked.a_wearer(conn, f"EM-{n}")
    await conn.close()


async def measure(broker: Broker, platform: Platform, *, fixes: int) -> list[Row]:
    conn = await db.connect(platform.database)
    await subscribe(broker)
    devices = await conn.fetch("select id, serial from devices where protocol = 'ejazo' order by id")
    each, stored, rows = fixes // len(devices), 0, list[Row]()
    ways: list[tuple[str, Callable[[Sequence[Fix]], bytes], int]] = [
        ("JSON, 1 a message", as_json, 1),
        ("JSON, 10 a message", as_json, 10),
        ("binary, 1 a message", as_binary, 1),
        ("binary, 50 a message", as_binary, 50),
    ]
    for n, (name, encode, size) in enumerate(ways):
        end_us = clock.now_us() - (len(ways) - n) * each * STEP_US  # later ways, later fixes: no replay
        walks = [
            (r["serial"], tracked.fixes_of(r["id"], each, end_us=end_us, step_us=STEP_US, first=1 + n * each))
            for r in devices
        ]
        publish(
            broker,
            [
                (f"em/v1/{serial}/up", encode(walk[at : at + size]))
                for at in range(0, each, size)
                for serial, walk in walks
            ],
        )
        sent = each * len(devices)
        rows.append(await drain(conn, platform, stored=stored, name=name, fixes=sent))
        stored += sent
    await conn.close()
    return rows


if __name__ == "__main__":
    main()
