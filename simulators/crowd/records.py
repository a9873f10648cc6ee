"""A crowd's ledger: the lines of `simulators.ledger`, with a sum a device in place of a row a report."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from simulators.crowd import sums
from simulators.crowd.breaking import Broken
from simulators.crowd.devices import SCALE, Devices
from simulators.crowd.lives import I8
from simulators.crowd.memory import Memory
from simulators.crowd.payloads import serial
from simulators.ledger import Writer

ROWS: Final = 10_000
"""Devices a line."""


def write(path: Path, run: dict[str, Any], broken: Broken, memory: Memory, *, ended_us: int) -> None:
    """Everything up to what each device has sent; single reports only of those who broke something."""
    made = Writer(path)
    devices, through = memory.devices, memory.through()
    made.say("run", run)
    made.truth(broken.truths)
    for who in broken.who:
        made.say("sent", _rows(devices, who, int(memory.first[who]), int(through[who])))
    summed = sums.of_devices(devices, memory.first, through)
    acked = np.maximum(memory.known, memory.first + memory.acked - 1)
    columns = (memory.first, memory.first + through - 1, acked, summed)
    rows = [(serial(who), *row) for who, row in enumerate(zip(*map(_list, columns), strict=True))]
    for at in range(0, len(rows), ROWS):
        made.say("sums", rows[at : at + ROWS])
    made.say("ended", {"at_us": ended_us, "held": memory.held()})
    made.close()


def _rows(devices: Devices, who: int, first: int, many: int) -> list[tuple[str, int, int, float, float]]:
    step = np.arange(many)
    r = devices.reports(np.full(many, who), step)
    columns = (step + first, r.taken_us, r.lon_e7 / SCALE, r.lat_e7 / SCALE)
    return [(serial(who), *row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def _list(column: I8) -> list[int]:
    out: list[int] = column.tolist()
    return out
