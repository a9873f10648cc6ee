"""ejazo simulate --connections N: a country's devices in one process (`simulators/crowd/`)."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console

from app import processes
from app.screen import Reading, Screen, cores, table
from core import clock
from simulators import sealing
from simulators.crowd import breaking, lives, making, pool, records
from simulators.crowd.breaking import Broken
from simulators.crowd.devices import Devices
from simulators.crowd.driver import Driver, Habits
from simulators.crowd.ears import Ears
from simulators.crowd.lines import Lines
from simulators.crowd.lives import Lives
from simulators.crowd.meter import Meter, percentiles
from simulators.crowd.payloads import serial
from simulators.crowd.seals import Seals
from simulators.scenes import SECOND_US

LASTS_S: Final = 3600.0
"""Where nobody says how long: everybody's ways are made before the run."""
GETTING_READY_US: Final = 900 * SECOND_US
"""To connect and to ask for marks, with room: so much longer are the ways."""
PAUSE_US: Final = 2 * SECOND_US


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asked for."""

    devices: int
    connections: int
    interval_s: float
    seed: int
    habits: Habits
    duration_s: float = LASTS_S
    ago_s: float = 0.0
    batch: int = 1
    breaking: float = 0.0
    clock_error_s: float = 0.0
    ledger: Path | None = None
    sealing: Path | None = None
    summary: Path | None = None
    pids: dict[str, int] = field(default_factory=dict)

    @property
    def lasts_us(self) -> int:
        return round(self.duration_s * SECOND_US)


def run(url: str, order: Order) -> None:
    """Makes the country, lets it report, and says what came of it."""
    console = Console(stderr=True)
    since_us = clock.now_us() - round(order.ago_s * SECOND_US)
    until_us = clock.now_us() + GETTING_READY_US + order.lasts_us
    with console.status("making ways") as status:
        made = making.make(
            order.devices,
            order.seed,
            since_us=since_us,
            until_us=until_us,
            told=lambda done: status.update(f"making ways: {done:,} of {order.devices:,} people"),
        )
    with _sealing(order) as seals:
        figures = uvloop.run(_play(url, order, made, seals))
    console.print(table("Simulation ended", _words(figures)))
    if order.summary:
        order.summary.write_text(json.dumps(figures), "utf-8")


@contextmanager
def _sealing(order: Order) -> Iterator[Seals]:
    """The keys of those who have one; how far their counters came is written down whatever happens."""
    if order.sealing is None:
        yield Seals(order.devices)
        return
    serials = [serial(who) for who in range(order.devices)]
    seals = Seals.of(sealing.sealers(order.sealing, serials), order.devices)
    try:
        yield seals
    finally:
        sealing.keep(order.sealing, serials, seals.sealers())


async def _play(url: str, order: Order, made: Lives, seals: Seals) -> dict[str, Any]:
    ears, meter = Ears(order.devices), Meter()
    lines = Lines(url, order.connections, devices=order.devices, hear=ears.hear, seed=order.seed)
    driver = Driver(lines, ears, meter, seals)
    await lines.raise_all()
    for sign in (signal.SIGINT, signal.SIGTERM):  # only now: whoever waits for a broker is simply ended
        lines.loop.add_signal_handler(sign, driver.stop)
    marks = await driver.greet()
    begins_us = clock.now_us() + (-round(order.ago_s * SECOND_US) if order.ago_s else PAUSE_US)
    broken = _break(order, made, begins_us)
    devices = _devices(order, made, begins_us)
    driver.begin(devices, marks, order.habits, ends_us=begins_us + order.lasts_us)
    watch = processes.Watch(order.pids or processes.find())
    with Screen() as screen:
        await driver.play(lambda now: screen.show(_reading(driver, watch, now)))
    await lines.close()
    figures = _figures(driver, watch)
    if order.ledger:
        about = {"seed": order.seed, "devices": order.devices, "interval_s": order.interval_s}
        span = {"begins_us": begins_us, "ends_us": begins_us + order.lasts_us}
        records.write(order.ledger, {**about, **span}, broken, driver.memory, ended_us=driver.ended_us())
    return figures


def _break(order: Order, made: Lives, begins_us: int) -> Broken:
    """Those who break something leave their ways."""
    ends_us = begins_us + order.lasts_us
    broken = breaking.plan(
        order.devices,
        order.seed,
        order.breaking,
        begins_us=begins_us,
        ends_us=ends_us,
        today=clock.now().date(),
    )
    for scene in broken.scenes:
        begins_s = (scene.begins_us - made.since_us) / SECOND_US
        made.leave(scene.who, lives.of_walk(scene.walk, begins_s=begins_s))
    return broken


def _devices(order: Order, made: Lives, begins_us: int) -> Devices:
    return Devices(
        made,
        pool.pool(order.interval_s, order.seed),
        begins_us=begins_us,
        interval_s=order.interval_s,
        batch=order.batch,
        seed=order.seed,
        clock_error_s=order.clock_error_s,
    )


def _reading(driver: Driver, watch: processes.Watch, now: int) -> Reading:
    meter, lines = driver.meter, driver.lines
    return Reading(
        at_s=(now - driver.began_us) / SECOND_US,
        messages=meter.messages,
        reports=meter.reports,
        acks=meter.acks,
        held=driver.memory.held(),
        lag_s=meter.lag_us / SECOND_US,
        up=lines.up(),
        lines=lines.count,
        falls=lines.falls,
        puback_s=meter.puback_s,
        ack_s=meter.ack_s,
        cpu=watch.shares(),
    )


def _figures(driver: Driver, watch: processes.Watch) -> dict[str, Any]:
    counted = asdict(driver.meter)
    for name in ("watched", "lag_us", "worst_lag_us", "puback_s", "ack_s"):
        del counted[name]
    meter, lasted_s = driver.meter, driver.lasted_s
    return {
        "devices": len(driver.devices),
        "connections": driver.lines.count,
        "lasted_s": lasted_s,
        **counted,
        "messages_per_s": driver.meter.messages / max(lasted_s, 1e-9),
        "unacknowledged": driver.memory.held(),
        "falls": driver.lines.falls,
        "worst_lag_s": meter.worst_lag_us / SECOND_US,
        "puback_s": percentiles(meter.puback_s),
        "ack_s": percentiles(meter.ack_s),
        "cores": watch.average(),
    }


def _words(figures: dict[str, Any]) -> dict[str, str]:
    said = {name: f"{value:,}" for name, value in figures.items() if isinstance(value, int)}
    for name in ("lasted_s", "messages_per_s", "worst_lag_s"):
        said[name] = f"{figures[name]:,.1f}"
    for name in ("puback_s", "ack_s"):
        found = figures[name]
        said[f"{name} p50, p99"] = f"{found[0] * 1000:.0f}, {found[1] * 1000:.0f} ms" if found else "–"
    return {**said, "cores": cores(figures["cores"])}
