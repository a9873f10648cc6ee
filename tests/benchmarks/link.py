"""What a message costs to receive and acknowledge: our own link beside paho, on a real broker.

`ejazo bench link [MESSAGES] [--json FILE]`

Each link drains the same number of waiting messages of one fix, and acknowledges every batch; CPU time of
this process, in which nothing else happens. Rounds alternate; medians are compared."""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
import uvloop
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

import tracked
from app.private.broker import Broker
from benchmarks import report
from benchmarks.report import Row
from core import clock
from sender import as_json
from tracking.inbox import Inbox
from tracking.links import LinkKind

ROUNDS = 3
DEVICES = 200


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


async def drain(broker: Broker, link: LinkKind, count: int) -> float:
    """CPU seconds for so many messages that wait already."""
    began, done = time.process_time(), 0
    async with Inbox(
        broker.url("ingest"), client_id=f"bench-{link}", topics=["em/v1/+/up"], link=link
    ) as inbox:
        async for batch in inbox.batches():
            inbox.acknowledge(batch)
            done += len(batch.messages)
            if done >= count:
                break
        await asyncio.sleep(0.2)
    return time.process_time() - began


async def subscribe(broker: Broker, link: LinkKind) -> None:
    async with Inbox(
        broker.url("ingest"), client_id=f"bench-{link}", topics=["em/v1/+/up"], link=link
    ) as inbox:
        await inbox.wait_connected()


@click.command()
@click.argument("messages", default=40_000)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(messages: int, file: Path | None) -> None:
    """Print CPU µs a message for both links, MESSAGES at a time."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    broker = Broker(home / "mq").start()
    spent: dict[LinkKind, list[float]] = {link: [] for link in LinkKind}
    try:
        walks = [tracked.fixes_of(n, messages // DEVICES, end_us=clock.now_us()) for n in range(DEVICES)]
        sent = [(f"em/v1/EM-{n}/up", as_json([fix])) for n, walk in enumerate(walks) for fix in walk]
        for _ in range(ROUNDS):
            for link in LinkKind:
                uvloop.run(subscribe(broker, link))
            publish(broker, sent)
            for link in LinkKind:
                spent[link].append(uvloop.run(drain(broker, link, len(sent))) / len(sent) * 1e6)
    finally:
        broker.stop()
        shutil.rmtree(home, ignore_errors=True)
    ours, peer = (statistics.median(spent[link]) for link in (LinkKind.LEAN, LinkKind.PAHO))
    row = Row(
        "lean link vs paho, received and acknowledged",
        peer / ours,
        figures={"ours_us": ours, "peer_us": peer},
    )
    report.finish([row], file)


if __name__ == "__main__":
    main()
