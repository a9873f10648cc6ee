"""Fixes on their way into columns: rows of JSON and blocks of binary batches, each with its message."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.model import DeviceId
from tracking import fixes as columns
from tracking.fixes import DTYPES, Fixes
from tracking.model import Message
from tracking.wire import binary

ROW: Final = (
    "sequence",
    "taken_us",
    "lon",
    "lat",
    "accuracy_m",
    "speed_mps",
    "course_deg",
    "satellites",
    "hdop",
    "battery",
    "mechanism",
    "flags",
)
"""The fields of a `fix_row`, in their order."""


@dataclass(slots=True)
class Rows:
    heads: list[tuple[Message, int, int]] = field(default_factory=list)
    """Message, device, sent_us of each row."""
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    blocks: list[tuple[Message, int, binary.Batch]] = field(default_factory=list)

    def add(self, message: Message, device: DeviceId, *, sent_us: int, row: tuple[Any, ...]) -> None:
        self.heads.append((message, device, sent_us))
        self.rows.append(row)

    def add_batch(self, message: Message, device: DeviceId, *, batch: binary.Batch) -> None:
        self.blocks.append((message, device, batch))

    def columns(self) -> tuple[list[Fixes], list[Message]]:
        """All fixes, and of each its message. Nobody's yet: `person` is 0."""
        with np.errstate(over="ignore", invalid="ignore"):  # what does not fit becomes inf and is rejected
            parts = [_of_rows(self.heads, self.rows), _of_blocks(self.blocks)]
        messages = [message for message, *_ in self.heads]
        for message, _, batch in self.blocks:
            messages += [message] * batch.count
        return parts, messages


def _of_rows(heads: list[tuple[Message, int, int]], rows: list[tuple[Any, ...]]) -> Fixes:
    if not rows:
        return columns.of(())
    said = dict(zip(ROW, zip(*rows, strict=True), strict=True))
    said["device"] = tuple(device for _, device, _ in heads)
    said["sent_us"] = tuple(sent for *_, sent in heads)
    said["received_us"] = tuple(message.received_us for message, *_ in heads)
    said["person"] = (0,) * len(rows)
    return Fixes(**{name: np.array(said[name], dtype=dtype) for name, dtype in DTYPES.items()})


def _of_blocks(blocks: list[tuple[Message, int, binary.Batch]]) -> Fixes:
    if not blocks:
        return columns.of(())
    counts = [batch.count for *_, batch in blocks]
    received = [message.received_us for message, *_ in blocks]
    sent = [batch.sent_us or message.received_us for message, _, batch in blocks]
    return binary.columns(
        binary.join(batch for *_, batch in blocks),
        device=np.repeat(np.array([device for _, device, _ in blocks], np.int64), counts),
        sent_us=np.repeat(np.array(sent, np.int64), counts),
        received_us=np.repeat(np.array(received, np.int64), counts),
    )
