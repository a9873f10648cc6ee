"""Taking the seals off a batch: the genuine go on to the reader, the others are refused by name."""

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2s
from typing import Final

import numpy as np

from core.model import DeviceId
from tracking.model import Message, Reason, Rejected
from tracking.seals import chains
from tracking.seals.chains import Chains, News, Said
from tracking.seals.model import Break, Broken, Line, Secret, device_of, way_of
from tracking.seals.wire import BEFORE, HEAD, LEAST, MAGIC, TAG
from tracking.wire import Decoded

KINDS: Final = {
    Reason.BAD_TAG: Break.FORGED,
    Reason.UNSEALED: Break.UNSEALED,
    Reason.UNKNOWN_KEY: Break.UNKNOWN_KEY,
}


@dataclass(frozen=True, slots=True)
class Lock:
    """What a device may seal with on one way, and whether it must."""

    line: Line
    secrets: Mapping[int, Secret]
    is_required: bool


Ring = Mapping[str, Lock]
"""By topic, both ways of every device that was ever given a key."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`messages` go to the reader as if they had come plain."""

    messages: Sequence[Message]
    news: News
    rejected: tuple[Rejected, ...]
    broken: tuple[Broken, ...]

    def applied(self, decoded: Decoded) -> Decoded:
        """With what was refused; a device of which only repeats came has not been heard."""
        if not self.rejected and not self.news.mute:
            return decoded
        spoke_us = decoded.spoke_us
        if self.news.mute:
            spoke_us = np.where(np.isin(decoded.spoke, list(self.news.mute)), 0, spoke_us)
        return replace(decoded, rejected=(*decoded.rejected, *self.rejected), spoke_us=spoke_us)


@dataclass(slots=True)
class _Sealed:
    """Those that bear a seal and claim a key that there is."""

    rows: list[int] = field(default_factory=list)
    """Where in `kept` each lies."""
    messages: list[Message] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    expected: list[bytes] = field(default_factory=list)
    """The tag that the device's key makes."""


def opened(messages: Iterable[Message], ring: Ring, known: Chains) -> Opened:
    """What is none of the ring's goes on as it is: other shards' and strangers', whom the reader knows."""
    kept, sealed = list[Message](), _Sealed()
    refused = list[tuple[Message, Reason, Lock, int]]()
    for message in messages:
        topic, payload, received_us = message
        lock = ring.get(topic)
        if lock is None:
            kept.append(message)
            continue
        if not payload.startswith(MAGIC):
            if lock.is_required:
                refused.append((message, Reason.UNSEALED, lock, 0))
            else:
                kept.append(message)
            continue
        number = payload[3] if len(payload) >= LEAST and payload[2] == way_of(lock.line) else 0
        secret = lock.secrets.get(number)
        if secret is None or received_us >= secret.until_us:
            refused.append((message, Reason.UNKNOWN_KEY if number else Reason.BAD_TAG, lock, number))
            continue
        sealed.rows.append(len(kept))
        sealed.messages.append(message)
        sealed.lines.append(lock.line)
        sealed.expected.append(blake2s(payload[:-TAG], key=secret.key, digest_size=TAG).digest())
        kept.append(Message(topic, payload[BEFORE:-TAG], received_us))
    bad = _bad(sealed)
    refused += [(sealed.messages[at], Reason.BAD_TAG, ring[sealed.messages[at].topic], 0) for at in bad]
    news = chains.hear(_said(sealed, bad), known)
    if news.mute:
        news.mute -= _plain(kept, sealed.rows, ring)
    if bad:
        out = {sealed.rows[at] for at in bad}
        kept = [message for at, message in enumerate(kept) if at not in out]
    rejected = tuple(Rejected(m.received_us, m.topic, reason, m.payload) for m, reason, _, _ in refused)
    return Opened(kept, news, rejected, (*news.broken, *_counted(refused)))


def _bad(sealed: _Sealed) -> list[int]:
    """Whose tag is not the one expected: nearly always nobody's, and one look at all of them says so."""
    given = [message.payload[-TAG:] for message in sealed.messages]
    if hmac.compare_digest(b"".join(given), b"".join(sealed.expected)):
        return []
    pairs = enumerate(zip(given, sealed.expected, strict=True))
    return [at for at, (a, b) in pairs if not hmac.compare_digest(a, b)]


def _said(sealed: _Sealed, bad: Sequence[int]) -> Said:
    """The genuine ones in columns."""
    head = np.frombuffer(b"".join([message.payload[:BEFORE] for message in sealed.messages]), HEAD)
    tag = np.frombuffer(b"".join(sealed.expected), [("short", "<u8"), ("rest", "<u8")])["short"]
    good = np.ones(len(head), bool)
    good[list(bad)] = False
    return Said(
        np.array(sealed.lines, np.int64)[good],
        head["key"].astype(np.int64)[good],
        head["counter"].astype(np.int64)[good],
        head["before"][good],
        tag[good],
        np.array([message.received_us for message in sealed.messages], np.int64)[good],
    )


def _plain(kept: Sequence[Message], sealed: Sequence[int], ring: Ring) -> set[DeviceId]:
    """Devices that said something without a seal, which they may."""
    rows = set(sealed)
    topics = {message.topic for at, message in enumerate(kept) if at not in rows}
    return {device_of(ring[topic].line) for topic in topics if topic in ring}


def _counted(refused: Iterable[tuple[Message, Reason, Lock, int]]) -> list[Broken]:
    """One record for all of a device that are refused for one reason."""
    counts = Counter[tuple[Line, int, Break]]()
    latest: dict[tuple[Line, int, Break], int] = {}
    for message, reason, lock, number in refused:
        name = (lock.line, number, KINDS[reason])
        counts[name] += 1
        latest[name] = message.received_us
    return [Broken(*name, latest[name], count=count) for name, count in counts.items()]
