"""What a device says and hears in MQTT 3.1.1 besides what a subscriber does (`tracking.links.packets`)."""

import struct
from typing import Final

from tracking.links.packets import length, text

CONNACK: Final = 0x20
PUBLISH_0: Final = 0x30
PUBLISH_1: Final = 0x32
PUBACK: Final = 0x40
SUBACK: Final = 0x90
KEEPALIVE_S: Final = 120
MOST_TOPICS: Final = 500
"""In one SUBSCRIBE."""
_CLEAN, _PASSWORD, _USER = 0x02, 0x40, 0x80


def connect(client: str, user: str | None, password: str | None) -> bytes:
    """A clean session: what a device must not lose it keeps itself (docs/simulators.md)."""
    flags = _CLEAN | (_USER if user is not None else 0) | (_PASSWORD if password is not None else 0)
    words = [word for word in (client, user, password) if word is not None]
    body = b"\0\4MQTT\4" + struct.pack(">BH", flags, KEEPALIVE_S) + b"".join(map(text, words))
    return b"\x10" + length(len(body)) + body


def body(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet that begins at `at` lies; None while its length has not come whole.

    The end may lie beyond what has come. Raises ValueError at what is no length."""
    size, shift = 0, 0
    for place in range(at + 1, min(at + 5, len(data))):
        byte = data[place]
        size |= (byte & 127) << shift
        if byte < 128:
            return place + 1, place + 1 + size
        shift += 7
    if len(data) >= at + 5:
        raise ValueError("no length of an MQTT packet")
    return None
