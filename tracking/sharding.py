"""Which shard a device belongs to, by the arithmetic of the broker that puts its messages there (ADR-0022).

Such a broker delivers `em/v1/X/up` as `p/<shard>/em/v1/X/up`; the rest of the topic is the device's."""

from collections.abc import Collection, Sequence
from typing import Final

from tracking.model import Message

PREFIX: Final = "p/"
FNV_OFFSET: Final = 2166136261
FNV_PRIME: Final = 16777619


def shard_of(serial: str, shards: int) -> int:
    """0 … shards - 1: FNV-1a of 32 bits over the serial; a phone's `user/device` counts by its user.
    A dot counts as `//`, as NATS writes it from 2.10 on; before, it refuses one."""
    mark = FNV_OFFSET
    for byte in serial.partition("/")[0].replace(".", "//").encode():
        mark = (mark ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return mark % shards


def topics(wanted: Collection[str], *shards: int) -> tuple[str, ...]:
    """What a partitioned broker calls them: of these shards, or of all where none is named."""
    return tuple(f"{PREFIX}{shard}/{topic}" for shard in shards or ("+",) for topic in wanted)


def is_partitioned(subscribed: Collection[str]) -> bool:
    return any(topic.startswith(PREFIX) for topic in subscribed)


def whole(messages: Sequence[Message]) -> list[Message]:
    """Each under the topic that its device published to."""
    return [Message(m.topic.split("/", 2)[2], m.payload, m.received_us) for m in messages]
