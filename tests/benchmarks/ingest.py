"""Fixes a second from the publisher through the broker into the database, and what they are compared with.

`ejazo bench ingest [--people N] [--fixes N] [--only peak,…] [--json FILE]`, `… --soak 30m [--plot FILE]`

A private cluster with fsync, a private broker, a seeded city with its orders, zones and hours, our worker.
The publisher's bytes are made beforehand and are the same for everybody: our worker; the broker alone with a
subscriber that only acknowledges; the pipeline that people write first. All in one run, on the same cores.
A nation's live load, with everything beside it, is `ejazo bench nationwide`."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import click
import psutil
import uvloop

from app.ingest import CLIENT_ID
from benchmarks import blast, report, soak
from benchmarks.blast import Load
from benchmarks.naive import Naive
from benchmarks.report import Row
from benchmarks.stand import NATIONAL, Stand
from core import clock, db
from core.model import DeviceId
from core.sealing import Keys
from simulators.crowd.payloads import serial
from tracking import wire
from tracking.inbox import Inbox
from tracking.links import LinkKind
from tracking.seals import keeping
from tracking.seals.wire import Sealer

COUNT = "select count(*) from fixes"
PAIRS = 2
FIRST_LOOK_S, LOOK_S = 1.0, 0.05
READY = '"recovered"'


async def started(stand: Stand) -> psutil.Process:
    """The worker, from the moment at which it takes messages."""
    log = stand.home / "ingest.log"
    before = log.read_text("utf-8").count(READY) if log.exists() else 0
    stand.platform.start("ingest")
    while stand.platform.log("ingest").count(READY) == before:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)
    return psutil.Process(stand.platform.children["ingest"].pid)


async def until(done: Callable[[], Awaitable[int]], wanted: int, *, most_s: float) -> float:
    """Seconds until so many are done, from now; what came in `most_s` is scaled up. Counting takes from the
    cores what it counts: it is asked again after half of the time that the rest will take at this rate."""
    began, found = time.perf_counter(), 0
    while (seconds := time.perf_counter() - began) < most_s:
        if (found := await done()) >= wanted:
            return seconds
        rest_s = (wanted - found) * (seconds + FIRST_LOOK_S) / max(found, 1)
        await asyncio.sleep(min(max(rest_s / 2, LOOK_S), FIRST_LOOK_S))
    return seconds * wanted / max(found, 1)


async def ours(stand: Stand, first: Load, load: Load) -> dict[str, float]:
    """From the first publish to the last commit, acknowledgements to the devices beside it. Everybody has
    sent once before: meeting somebody for the first time is measured by `ejazo bench worker`."""
    process, conn = await started(stand), await db.connect(stand.platform.database)
    await sent(stand, first, conn)
    publisher, go = blast.start(stand.broker.url("gateway"), blast.frames(load))
    before, cpu = await conn.fetchval(COUNT), sum(process.cpu_times()[:2])

    async def stored() -> int:
        return int(await conn.fetchval(COUNT)) - before

    go.set()
    seconds = await until(stored, load.fixes, most_s=300)
    used = sum(process.cpu_times()[:2]) - cpu
    await conn.close()
    publisher.join(10)
    stand.platform.stop()
    return {"fixes_a_second": load.fixes / seconds, "worker_us_a_fix": used / load.fixes * 1e6}


async def sent(stand: Stand, load: Load, conn: asyncpg.Connection) -> None:
    """Published, and stored."""
    wanted = int(await conn.fetchval(COUNT)) + load.fixes
    publisher, go = blast.start(stand.broker.url("gateway"), blast.frames(load))
    go.set()
    while int(await conn.fetchval(COUNT)) < wanted:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)
    publisher.join(10)


async def alone(stand: Stand, load: Load) -> float:
    """The same messages to a subscriber that only acknowledges."""
    url, done = stand.broker.url("ingest"), 0
    async with Inbox(url, client_id="bench-alone", topics=wire.SUBSCRIPTIONS, link=LinkKind.LEAN) as inbox:
        await inbox.wait_connected()
        publisher, go = blast.start(stand.broker.url("gateway"), blast.frames(load))
        go.set()
        began = time.perf_counter()
        async for batch in inbox.batches():
            inbox.acknowledge(batch)
            done += len(batch.messages)
            if done >= load.people * load.messages:
                break
        seconds = time.perf_counter() - began
        await asyncio.sleep(0.2)
    publisher.join(10)
    return load.fixes / seconds


async def naive(stand: Stand, load: Load, *, lasts_s: float = 10.0) -> float:
    """As many of them as the first pipeline takes in some seconds."""
    parts = urlsplit(stand.broker.url("ingest"))
    address = ("127.0.0.1", stand.broker.port, unquote(parts.username or ""), unquote(parts.password or ""))
    peer = Naive(address, stand.platform.database)
    peer.start()
    publisher, go = blast.start(stand.broker.url("gateway"), blast.frames(load))
    go.set()
    await asyncio.sleep(lasts_s)
    rate = peer.done / (time.perf_counter() - peer.began)
    publisher.terminate()
    peer.stop()
    return rate


async def peak(stand: Stand, fixes: int) -> None:
    rounds = max(2, fixes // stand.people)
    first_words, load = stand.load(1), stand.load(rounds)
    found = await ours(stand, first_words, load)
    await asyncio.to_thread(blast.forget, stand.broker.url("ingest"), CLIENT_ID)
    broker = await alone(stand, load)
    first = await naive(stand, load)
    rate = found["fixes_a_second"]
    stand.rows += [
        Row("one JSON fix a message vs the first pipeline", rate / first, 20, 50, {**found, "peer": first}),
        Row("the same vs the broker alone", rate / broker, 0.5, 0.9, {"peer": broker}),
    ]


async def batches(stand: Stand, fixes: int) -> None:
    binary = {"batch": 4, "encoding": "binary"}
    rounds = max(2, fixes // stand.people // 2)
    found = await ours(stand, stand.load(1, **binary), stand.load(rounds, **binary))
    ratio = found["fixes_a_second"] / NATIONAL
    stand.rows.append(Row("binary batches of four vs the national load", ratio, 3, 6, dict(found)))


async def seals(stand: Stand, fixes: int) -> None:
    """The same load plain and sealed, in turn, into one worker's database; JSON one by one, binary fours."""
    rounds = max(2, fixes // stand.people // 2)
    sealers = await enrolled(stand)
    for kind, more in (("one JSON fix", {}), ("binary four", {"batch": 4, "encoding": "binary"})):
        found: dict[str, list[float]] = {"plain": [], "sealed": []}
        for how in ("plain", "sealed") * PAIRS:
            own = more | ({"sealers": sealers} if how == "sealed" else {})
            measured = await ours(stand, stand.load(1, **own), stand.load(rounds, **own))
            found[how].append(measured["worker_us_a_fix"])
            found.setdefault(f"{how}_rate", []).append(measured["fixes_a_second"])
        plain, sealed = min(found["plain"]), min(found["sealed"])
        name = f"{kind} a message, sealed: processor time of the worker vs plain"
        stand.rows.append(Row(name, plain / sealed, None, figures=dict(found)))


async def enrolled(stand: Stand) -> list[Sealer]:
    """A key for everybody, who may also speak plain: by the place that the publisher knows them by."""
    conn = await db.connect(stand.platform.database)
    known = {row["serial"]: row["id"] for row in await conn.fetch("select id, serial from devices")}
    keys, now = Keys(Path(stand.platform.environment["EJAZO_KEYS"])), clock.now()
    made = [(known[serial(who)], keeping.new()) for who in range(stand.people)]
    rows = [(d, 1, keeping.sealed(keys, key, device=DeviceId(d), number=1), now) for d, key in made]
    async with conn.transaction():
        columns = ("device_id", "number", "sealed", "made_at")
        await conn.copy_records_to_table("device_keys", records=rows, columns=columns)
    await conn.close()
    return [Sealer(1, key) for _, key in made]


async def backlog(stand: Stand, fixes: int) -> None:
    """Reports of a while wait at the broker; the worker drains them, judging each. The peer: COPY of the same
    rows from a file into the same table with the same indexes, by the server alone."""
    each = max(1, 10 * fixes // stand.people // 50)
    load = stand.load(each, batch=50, encoding="binary")
    url = stand.broker.url("ingest")
    async with Inbox(url, client_id=CLIENT_ID, topics=wire.SUBSCRIPTIONS, link=LinkKind.LEAN) as inbox:
        await inbox.wait_connected()
    publisher, go = blast.start(stand.broker.url("gateway"), blast.frames(load))
    go.set()
    publisher.join(120)
    conn = await db.connect(stand.platform.database)
    before, first = await conn.fetchval(COUNT), await conn.fetchval("select clock_timestamp()")
    await started(stand)

    async def stored() -> int:
        return int(await conn.fetchval(COUNT)) - before

    rate = load.fixes / await until(stored, load.fixes, most_s=300)
    stand.platform.stop()
    peer = await copied(stand, conn, first)
    await conn.close()
    figures = {"rows_a_second": rate, "copy": peer, "fixes": float(load.fixes)}
    stand.rows.append(Row("backlog drained and judged vs COPY", rate / peer, 0.3, 0.6, figures))


async def copied(stand: Stand, conn: asyncpg.Connection, since: object) -> float:
    """Rows a second."""
    file = stand.cluster.data / "rows.copy"
    await conn.execute("create table again (like fixes including all)")
    await conn.execute("create index on again using brin (received_at)")
    chosen = f"select * from fixes where received_at >= '{since}'"  # noqa: S608 - our own moment
    await conn.execute(f"copy ({chosen}) to '{file}' (format binary)")
    began = time.perf_counter()
    status = await conn.execute(f"copy again from '{file}' (format binary)")
    return int(status.rsplit(" ", 1)[-1]) / (time.perf_counter() - began)


SECTIONS = {"peak": peak, "batches": batches, "backlog": backlog, "seals": seals}


@click.command()
@click.option("--people", default=20_000, show_default=True)
@click.option("--fixes", default=300_000, show_default=True, help="In each measurement.")
@click.option("--only", default=",".join(SECTIONS), show_default=True)
@click.option("--soak", "minutes", type=soak.MINUTES, help="Instead: so long a run with faults, as 30m.")
@click.option("--plot", type=click.Path(path_type=Path), help="The soak's picture.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(
    *, people: int, fixes: int, only: str, minutes: float | None, plot: Path | None, file: Path | None
) -> None:
    """Measure ingestion against its peers, or hold it for a while."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    stand = Stand(home, people)
    try:
        if minutes:
            stand.rows += asyncio.run(soak.run(stand, minutes, plot or home.parent / "ejazo-soak.png"))
        for name in only.split(",") if not minutes else ():
            uvloop.run(SECTIONS[name](stand, fixes))
    finally:
        stand.close()
    report.finish(stand.rows, file)


if __name__ == "__main__":
    main()
