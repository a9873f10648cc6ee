"""What a message, a waiting message and a connected device cost each broker: `docs/scaling.md` multiplies it.

`ejazo bench brokers [--messages N] [--devices N] [--json FILE]`

Mosquitto, one node of NATS, and three nodes with a copy each; CPU and memory are summed over the nodes, so
that they say the same on a busy machine. Devices and receiver are not counted."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import psutil

from app.private.broker import HOST, Broker
from app.private.nats import Nats
from benchmarks import report
from benchmarks.report import Row
from core import clock
from sender import as_json
from tracked import fixes_of
from tracking import wire
from tracking.inbox import Inbox
from tracking.links import LinkKind, packets

SERIALS = 200
AT_ONCE = 200
"""Devices that connect at the same time."""
QUIET_S = 2.0


class Watched:
    """A broker, its processes, and how the worker reaches it."""

    def __init__(self, made: Broker | Nats, prefix: str) -> None:
        self.made, self.prefix = made, prefix

    def processes(self) -> list[psutil.Process]:
        nodes = self.made.nodes if isinstance(self.made, Nats) else [self.made]
        return [psutil.Process(node.child.pid) for node in nodes if node.child is not None]

    def cpu_s(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self.processes())

    def memory(self) -> int:
        return sum(process.memory_info().rss for process in self.processes())

    def disk(self) -> int:
        return sum(path.stat().st_size for path in self.made.home.rglob("*") if path.is_file())

    def inbox(self) -> Inbox:
        return Inbox(
            self.made.url("ingest"),
            client_id="bench",
            topics=wire.SUBSCRIPTIONS,
            prefix=self.prefix,
            link=LinkKind.LEAN,
        )


async def publish(watched: Watched, messages: Sequence[tuple[str, bytes]]) -> None:
    """By a connection a device, with QoS 1, one message of each on its way."""
    parts = [messages[n::SERIALS] for n in range(SERIALS)]
    await asyncio.gather(*(_speak(watched, n, part) for n, part in enumerate(parts)))


async def _speak(watched: Watched, number: int, messages: Sequence[tuple[str, bytes]]) -> None:
    reader, writer = await _connected(watched, f"speaker-{number}", number, qos=0)
    for n, (topic, payload) in enumerate(messages, 1):
        writer.write(packets.publish(topic, payload, n))
        await reader.readexactly(4)
    writer.close()


async def receive(inbox: Inbox, count: int) -> None:
    async for batch in inbox.batches():
        inbox.acknowledge(batch)
        count -= len(batch.messages)
        if count <= 0:
            return


async def flow(watched: Watched, messages: Sequence[tuple[str, bytes]]) -> dict[str, float]:
    """Through the broker to a receiver that only acknowledges."""
    async with watched.inbox() as inbox:
        await inbox.wait_connected()
        cpu, began = watched.cpu_s(), time.perf_counter()
        await asyncio.gather(receive(inbox, len(messages)), publish(watched, messages))
        seconds = time.perf_counter() - began
        await asyncio.sleep(QUIET_S)
    n = len(messages)
    return {"cpu_us_a_message": (watched.cpu_s() - cpu) / n * 1e6, "messages_a_second": n / seconds}


async def backlog(watched: Watched, messages: Sequence[tuple[str, bytes]]) -> dict[str, float]:
    """While the receiver is away."""
    n, memory, disk = len(messages), watched.memory(), watched.disk()
    await publish(watched, messages)
    await asyncio.sleep(QUIET_S)
    kept = {
        "memory_a_waiting_message": (watched.memory() - memory) / n,
        "disk_a_waiting_message": (watched.disk() - disk) / n,
    }
    cpu, began = watched.cpu_s(), time.perf_counter()
    async with watched.inbox() as inbox:
        await receive(inbox, n)
    seconds = time.perf_counter() - began
    return kept | {"drained_a_second": n / seconds, "drain_cpu_us": (watched.cpu_s() - cpu) / n * 1e6}


async def devices(watched: Watched, count: int, *, qos: int) -> dict[str, float]:
    """Connected, subscribed to their orders, silent. QoS 1: with a session that outlives the connection."""
    memory, cpu, began = watched.memory(), watched.cpu_s(), time.perf_counter()
    lines = list[asyncio.StreamWriter]()
    for at in range(0, count, AT_ONCE):
        lines += await _connect(watched, at, count, qos=qos)
    seconds = time.perf_counter() - began
    await asyncio.sleep(QUIET_S)
    found = {
        f"memory_a_device_qos{qos}": (watched.memory() - memory) / count,
        f"cpu_us_a_connection_qos{qos}": (watched.cpu_s() - cpu) / count * 1e6,
        f"connected_a_second_qos{qos}": count / seconds,
    }
    for line in lines:
        line.close()
    return found


async def _connect(watched: Watched, at: int, count: int, *, qos: int) -> list[asyncio.StreamWriter]:
    numbers = range(at, min(at + AT_ONCE, count))
    return await asyncio.gather(*(_device(watched, number, qos=qos) for number in numbers))


async def _device(watched: Watched, number: int, *, qos: int) -> asyncio.StreamWriter:
    reader, writer = await _connected(watched, f"device-{qos}-{number}", number, qos=qos)
    wish = bytearray(packets.subscribe(1, [f"em/v1/D-{number}/down"]))
    wish[-1] = qos
    writer.write(wish)
    await reader.readexactly(5)
    return writer


async def _connected(
    watched: Watched, name: str, number: int, *, qos: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    ports, word = watched.made.ports, watched.made.password("gateway")
    reader, writer = await asyncio.open_connection(HOST, ports[number % len(ports)])
    hello = bytearray(packets.connect(name, "gateway", word, keepalive_s=600))
    hello[9] |= 0 if qos else 2  # the flag of a clean session
    writer.write(hello)
    await reader.readexactly(4)
    return reader, writer


@contextmanager
def brokers(home: Path) -> Iterator[list[tuple[str, Watched]]]:
    made = [Broker(home / "mq"), Nats(home / "one", nodes=1, shards=1), Nats(home / "three", shards=1)]
    names = ("mosquitto", "NATS, one node", "NATS, three nodes")
    try:
        for one in made:
            one.start()
        yield [
            (name, Watched(one, "p/0/" if isinstance(one, Nats) else ""))
            for name, one in zip(names, made, strict=True)
        ]
    finally:
        for one in made:
            one.stop()


async def measure(watched: Watched, said: Sequence[tuple[str, bytes]], count: int) -> dict[str, float]:
    found = await devices(watched, count // 10, qos=1) | await devices(watched, count, qos=0)
    return found | await flow(watched, said) | await backlog(watched, said)


@click.command()
@click.option("--messages", default=20_000)
@click.option("--devices", "count", default=2_000, help="With QoS 0; a tenth of them with QoS 1.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(messages: int, count: int, file: Path | None) -> None:
    """Print what each broker needs."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    fixes = fixes_of(1, messages, end_us=clock.now_us(), step_us=1000)
    said = [(f"em/v1/EM-{n % SERIALS}/up", as_json([fix])) for n, fix in enumerate(fixes)]
    rows = []
    try:
        with brokers(home) as found:
            for name, watched in found:
                figures = asyncio.run(measure(watched, said, count))
                click.echo(f"{name}\n" + "\n".join(f"  {k:<28}{v:>12,.1f}" for k, v in figures.items()))
                rows.append(Row(name, None, figures=figures))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    report.write(rows, file)


if __name__ == "__main__":
    main()
