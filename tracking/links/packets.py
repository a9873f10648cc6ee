"""The packets of MQTT 3.1.1 (OASIS standard, chapters 2 and 3) that a subscriber needs."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tracking.model import Message

CONNACK: Final = 2
PUBLISH: Final = 3
SUBACK: Final = 9
PING: Final = b"\xc0\x00"
DISCONNECT: Final = b"\xe0\x00"
REFUSED: Final = 0x80
LONGEST: Final = 4
"""Bytes of the longest length."""

Other = tuple[int, bytes]
"""Kind and body of a packet that is no PUBLISH."""
_ACK: Final = np.dtype([("head", "u1"), ("length", "u1"), ("number", ">u2")])


class MalformedError(OSError):
    """The broker does not speak MQTT: the connection is of no use."""


def connect(
    client_id: str, user: str | None, password: str, *, keepalive_s: int, keeps: bool = True
) -> bytes:
    """Asks for the session kept under this name, or for a fresh one that ends with the line."""
    flags = (0xC0 if user is not None else 0) | (0 if keeps else 2)
    fields = [client_id, *([user, password] if user is not None else [])]
    body = b"\x00\x04MQTT\x04" + bytes([flags]) + keepalive_s.to_bytes(2, "big")
    return _packet(0x10, body + b"".join(map(text, fields)))


def subscribe(number: int, topics: Sequence[str]) -> bytes:
    return _packet(0x82, number.to_bytes(2, "big") + b"".join(text(t) + b"\x01" for t in topics))


def publish(topic: str, payload: bytes, number: int) -> bytes:
    """With QoS 1 under this number; with QoS 0 if it is 0."""
    head = 0x32 if number else 0x30
    return _packet(head, text(topic) + (number.to_bytes(2, "big") if number else b"") + payload)


def acknowledge(numbers: Sequence[int]) -> bytes:
    """One PUBACK each, in their order."""
    acks = np.empty(len(numbers), _ACK)
    acks["head"], acks["length"], acks["number"] = 0x40, 2, numbers
    return acks.tobytes()


def read(
    data: bytes,
    received_us: int,
    messages: list[Message],
    numbers: list[int],
    others: list[Other],
    *,
    skip: int = 0,
) -> int:
    """Takes the whole packets at the beginning of `data`; gives where the first unfinished one begins.
    skip: bytes at the beginning of every topic that are left out."""
    at, end = 0, len(data)
    while at + 2 <= end:
        size, body = data[at + 1], at + 2
        if size > 0x7F:
            found = _length(data, at + 1)
            if found is None:
                break
            size, body = found
        after = body + size
        if after > end:
            break
        head = data[at]
        if head >> 4 == PUBLISH:
            start = body + 2 + (data[body] << 8 | data[body + 1])
            topic = data[body + 2 + skip : start].decode(errors="replace")
            number = 0
            if head & 6:
                number = data[start] << 8 | data[start + 1]
                start += 2
            messages.append(Message(topic, data[start:after], received_us))
            numbers.append(number)
        else:
            others.append((head >> 4, data[body:after]))
        at = after
    return at


def _length(data: bytes, at: int) -> tuple[int, int] | None:
    """A length of several bytes that begins at `at`, and where it ends; None if it is not all there yet."""
    value = 0
    for n, byte in enumerate(data[at : at + LONGEST]):
        value |= (byte & 0x7F) << 7 * n
        if byte <= 0x7F:
            return value, at + n + 1
    if len(data) - at >= LONGEST:
        raise MalformedError("a length of more than four bytes")
    return None


def text(word: str) -> bytes:
    raw = word.encode()
    return len(raw).to_bytes(2, "big") + raw


def length(size: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while True:
        out.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes(out)


def _packet(head: int, body: bytes) -> bytes:
    return bytes([head]) + length(len(body)) + body
