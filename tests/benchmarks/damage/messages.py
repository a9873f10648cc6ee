"""Damaged messages to the decoder: does it raise, keep nonsense, lose a message, or grow?

Good messages of each kind (JSON, binary, OwnTracks) are cut, flipped, spliced and stuffed, and decoded some
hundred at a time as the worker does. Every fifth batch is decoded again by the careful reader alone, which
must say the same. The first message that is not borne is printed in hexadecimal."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from unittest import mock

import numpy as np
import psutil

from benchmarks.damage.wounds import damaged
from benchmarks.report import Row
from core import clock
from core.model import DeviceId, PersonId
from tracking import fixes as columns
from tracking import wire
from tracking.directory import Device, Directory, Wearing
from tracking.model import DeviceEvent, EventKind, Fix, Message, ReceiptState
from tracking.wire import binary, limits, quick
from tracking.wire import json as ours

BATCH: Final = 500
AGAIN: Final = 5
"""Every so manieth batch is read twice."""
ID, WEARER = DeviceId(7), PersonId(70)
DIRECTORY = Directory.of(
    [Device(ID, "EM-7", "ejazo"), Device(DeviceId(8), "anna/phone", "owntracks")],
    [Wearing(ID, WEARER, 0), Wearing(DeviceId(8), PersonId(80), 0)],
)
UP, PHONE = "em/v1/EM-7/up", "owntracks/anna/phone"
TOKENS = (
    *(b"null", b"NaN", b"-0", b"1e999", b"1e-999", b"-1", b"4294967296", b"99999999999999999999999", b"true"),
    *(b'"\\ud800"', b'"\\u0000"', b"\xff\xfe", b"\x00", b"[" * 2_000, b'{"reports":' * 200, b'"' * 9, b"]}"),
    *(b"{}", b'"lon"', b'"lat"', b'"sequence"', b'"v":2', b'"event":"boot"', b'"device":"EM-8"', b"EJ\2"),
)


@dataclass(slots=True)
class Found:
    inputs: int = 0
    raised: int = 0
    nonsense: int = 0
    silent: int = 0
    """Messages of which neither a value nor a rejection is left."""
    apart: int = 0
    """Batches that the two readers read differently."""
    kept: Counter[str] = field(default_factory=Counter)
    first: str = ""

    @property
    def faults(self) -> int:
        return self.raised + self.nonsense + self.silent + self.apart


def good(now_us: int) -> list[tuple[str, bytes]]:
    """One of each kind, which the mutations begin with."""
    fix = Fix(ID, 1, WEARER, now_us - 60_000_000, now_us, 69.2401, 41.3111, 12.5, now_us - 5, 1.5, 90.0, 9)
    event = DeviceEvent(ID, 2, WEARER, now_us - 50_000_000, now_us, EventKind.BOOT)
    answer = ours.Answer(command=3, state=ReceiptState.DONE, at_us=now_us)
    phone = {
        "_type": "location",
        "tst": now_us // 1_000_000,
        "lon": 69.24,
        "lat": 41.31,
        "acc": 12,
        "batt": 80,
    }
    return [
        (UP, ours.encode([fix], sent_us=now_us)),
        (UP, ours.encode([fix, event], oldest=1, lost=((5, 9),), receipts=(answer,))),
        (UP, ours.encode([event])),
        (UP, binary.encode(columns.of([fix]), sent_us=now_us)),
        (UP, binary.encode(columns.of([fix] * 4), oldest=1)),
        (UP, binary.encode(columns.of([fix] * 50))),
        (PHONE, json.dumps(phone).encode()),
    ]


def batch(seeds: list[tuple[str, bytes]], now_us: int, draw: random.Random) -> list[Message]:
    others = [payload for _, payload in seeds]
    chosen = (draw.choice(seeds) for _ in range(BATCH))
    return [Message(topic, damaged(payload, others, draw, TOKENS), now_us) for topic, payload in chosen]


def is_sound(decoded: wire.Decoded) -> bool:
    """Everything kept lies within the limits, and belongs to a device that we know."""
    fixes = decoded.fixes
    bound = (np.abs(fixes.lon) <= limits.LON_MAX) & (np.abs(fixes.lat) <= limits.LAT_MAX)
    bound &= np.isin(fixes.device, (7, 8)) & (fixes.taken_us <= fixes.received_us + limits.AHEAD_US)
    return bool(bound.all()) and not limits.check(fixes).any() and all(e.device == ID for e in decoded.events)


def is_silent(message: Message) -> bool:
    """Decoded alone, nothing at all is left of it."""
    one = wire.decode([message], DIRECTORY)
    return not (len(one.fixes) + len(one.spoke) + len(one.rejected) + one.ignored)


def carefully(messages: list[Message]) -> wire.Decoded:
    with mock.patch.object(wire.quick, "take", lambda said, _: quick.Taken(rest=list(said))):
        return wire.decode(messages, DIRECTORY)


def same(one: wire.Decoded, other: wire.Decoded) -> bool:
    def told(decoded: wire.Decoded) -> list[str]:
        return sorted(
            map(repr, (*decoded.fixes.rows(), *decoded.events, *decoded.rejected, *decoded.holdings))
        )

    return told(one) == told(other)


def feed(messages: list[Message], found: Found, *, twice: bool) -> None:
    found.inputs += len(messages)
    try:
        decoded = wire.decode(messages, DIRECTORY)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is what we look for
        found.raised += 1
        found.first = found.first or f"{fault!r} on {culprit(messages).hex()}"
        return
    found.nonsense += not is_sound(decoded)
    found.kept.update(fixes=len(decoded.fixes), events=len(decoded.events), rejected=len(decoded.rejected))
    if twice:
        found.apart += not same(decoded, carefully(messages))
        found.silent += sum(map(is_silent, messages[:50]))


def culprit(messages: list[Message]) -> bytes:
    for message in messages:
        try:
            wire.decode([message], DIRECTORY)
        except Exception:  # noqa: BLE001 - as above
            return message.payload
    return b"".join(message.payload for message in messages)


def rows(inputs: int, seed: int) -> list[Row]:
    """Feed damaged messages to the decoder."""
    draw, now_us, found, process = random.Random(seed), clock.now_us(), Found(), psutil.Process()
    seeds, early = good(now_us), 0.0
    for number in range(-(-inputs // BATCH)):
        feed(batch(seeds, now_us, draw), found, twice=number % AGAIN == 0)
        if found.inputs >= inputs / 10 and not early:
            early = process.memory_info().rss / 2**20
    late = process.memory_info().rss / 2**20
    figures = {"inputs": found.inputs, "raised": found.raised, "nonsense": found.nonsense}
    figures |= {"silent": found.silent, "read_differently": found.apart, **found.kept}
    return [
        Row("wire: damaged messages borne", float(not found.faults), 1, 1, {**figures, "first": found.first}),
        Row("wire: memory after a tenth / at the end", early / late, 0.95, 1, {"mb": late}),
    ]
