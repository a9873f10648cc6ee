"""Two ways to speak MQTT 3.1.1 with a broker, alike to their caller; which one is a setting (ADR-0021)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from tracking.model import Message

KEEPALIVE_S: Final = 15
"""A cut line is known after twice as long at most, and from then on the worker counts as blind."""
PORT: Final = 1883


class LinkKind(StrEnum):
    PAHO = "paho"
    LEAN = "lean"


class Address(NamedTuple):
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Session:
    """A persistent session: who we are at which broker, and what we want to hear with QoS 1."""

    brokers: tuple[Address, ...]
    """Nodes of one cluster: the session is known to each of them."""
    user: str | None
    password: str
    is_tls: bool
    client_id: str
    topics: tuple[str, ...]
    prefix: str = ""
    """Of every topic at the broker; messages come without it."""

    @property
    def filters(self) -> list[str]:
        return [self.prefix + topic for topic in self.topics]

    @classmethod
    def of(cls, url: str, *, client_id: str, topics: Collection[str], prefix: str = "") -> "Session":
        """url: mqtt://user:password@host:port, or mqtts://…; a cluster's nodes as host:port,host:port"""
        parts = urlsplit(url)
        nodes = (urlsplit(f"//{node}") for node in parts.netloc.rpartition("@")[2].split(","))
        return cls(
            tuple(Address(node.hostname or "127.0.0.1", node.port or PORT) for node in nodes),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password or ""),
            parts.scheme == "mqtts",
            client_id,
            tuple(topics),
            prefix,
        )


@dataclass(frozen=True, slots=True)
class Ears:
    """What a link calls, always from the event loop."""

    ready: Callable[[], None]
    """The subscription is granted."""
    lost: Callable[[], None]
    """The connection is gone: what was heard and not acknowledged comes again in the next life."""
    hear: Callable[[Sequence[Message], Sequence[int]], None]
    """Messages, and the number of each by which it is acknowledged; 0 = nobody waits for it."""


class Link(Protocol):
    """One at a time is alive. What is not acknowledged in one life comes again in the next."""

    async def live(self, broker: Address) -> None:
        """Connect and serve until the connection is lost; raises OSError where there is none."""

    def rest(self) -> None:
        """Read nothing more for now: the broker keeps it."""

    def read_on(self) -> None: ...

    def acknowledge(self, numbers: Sequence[int]) -> None: ...

    def publish(self, topic: str, payload: bytes, *, qos: int) -> None: ...

    def close(self) -> None: ...
