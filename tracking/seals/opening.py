"""Taking the seals off a batch: the genuine go on to the reader, the others are refused by name."""

import hmac
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from core.model import DeviceId
from tracking.model import Message, Reason, Rejected
from tracking.seals import chains
from tracking.seals.chains import Chains, News, Said
from tracking.seals.model import Break, Broken, Line, Secret, device_of, way_of
from tracking.seals.wire import BEFORE, HEAD, LEAST, MAGIC, TAG
from tracking.wire import Decoded

_new: Final[Any] = tuple.__new__
"""A named tuple without its own constructor: half the time, and one a message is made."""
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
    head: bytes = field(init=False)
    """How each of its seals begins."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "head", MAGIC + bytes([way_of(self.line)]))


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


class _Sealed(NamedTuple):
    """One that bears a seal and claims a key that there is."""

    row: int
    """Where in `kept` it lies."""
    message: Message
    line: Line
    expected: bytes
    """The tag that the device's key makes."""


def opened(messages: Iterable[Message], ring: Ring, known: Chains) -> Opened:
    """What is none of the ring's goes on as it is: other shards' and strangers', whom the reader knows."""
    kept, sealed = list[Message](), list[_Sealed]()
    refused = list[tuple[Message, Reason, Lock, int]]()
    for message in messages:
        topic, payload, received_us = message
        lock = ring.get(topic)
        if lock is None:
            kept.append(message)
            continue
        if not payload.startswith(lock.head) or len(payload) < LEAST:
            if payload.startswith(MAGIC):
                refused.append((message, Reason.BAD_TAG, lock, 0))
            elif lock.is_required:
                refused.append((message, Reason.UNSEALED, lock, 0))
            else:
                kept.append(message)
            continue
        number = payload[3]
        secret = lock.secrets.get(number)
        if secret is None or received_us >= secret.until_us:
            refused.append((message, Reason.UNKNOWN_KEY, lock, number))
            continue
        made = secret.begun.copy()
        made.update(payload[:-TAG])
        sealed.append(_new(_Sealed, (len(kept), message, lock.line, made.digest())))
        kept.append(_new(Message, (topic, payload[BEFORE:-TAG], received_us)))
    bad = _bad(sealed)
    refused += [(sealed[at].message, Reason.BAD_TAG, ring[sealed[at].message.topic], 0) for at in bad]
    news = chains.hear(_said(sealed, bad), known)
    if news.mute:
        news.mute -= _plain(kept, {one.row for one in sealed}, ring)
    if bad:
        out = {sealed[at].row for at in bad}
        kept = [message for at, message in enumerate(kept) if at not in out]
    rejected = tuple(Rejected(m.received_us, m.topic, reason, m.payload) for m, reason, _, _ in refused)
    return Opened(kept, news, rejected, (*news.broken, *_counted(refused)))


def _bad(sealed: Sequence[_Sealed]) -> list[int]:
    """Whose tag is not the one expected: nearly always nobody's, and one look at all of them says so."""
    given = [message.payload[-TAG:] for _, message, _, _ in sealed]
    expected = [one for _, _, _, one in sealed]
    if hmac.compare_digest(b"".join(given), b"".join(expected)):
        return []
    pairs = enumerate(zip(given, expected, strict=True))
    return [at for at, (a, b) in pairs if not hmac.compare_digest(a, b)]


def _said(sealed: Sequence[_Sealed], bad: Sequence[int]) -> Said:
    """The genuine ones in columns."""
    head = np.frombuffer(b"".join([message.payload[:BEFORE] for _, message, _, _ in sealed]), HEAD)
    whole = np.frombuffer(b"".join([one for _, _, _, one in sealed]), [("short", "<u8"), ("rest", "<u8")])
    good = np.ones(len(head), bool)
    good[list(bad)] = False
    return Said(
        np.array([line for _, _, line, _ in sealed], np.int64)[good],
        head["key"].astype(np.int64)[good],
        head["counter"].astype(np.int64)[good],
        head["before"][good],
        whole["short"][good],
        np.array([message[2] for _, message, _, _ in sealed], np.int64)[good],
    )


def _plain(kept: Sequence[Message], rows: Collection[int], ring: Ring) -> set[DeviceId]:
    """Devices that said something without a seal, which they may."""
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
