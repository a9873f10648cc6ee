"""The bytes that are hashed and signed: rows as binary COPY writes them, heads as lines of text."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from core.ledger.model import Head, Signed, Top

FIRST_LINE: Final = "ejazo ledger head 1"
NOTHING: Final = bytes(32)
"""`previous` of the first head."""
COPY_HEAD: Final = 19
"""Bytes before the first row of a binary COPY (PostgreSQL manual, COPY, binary format)."""
_COUNT: Final = struct.Struct(">h")
_SIZE: Final = struct.Struct(">i")
_WHEN: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


class UnreadableHead(ValueError):  # noqa: N818 - an answer about a value
    """Not the text of a head."""


class Rows:
    """Cuts what COPY sends into rows; each is exactly the bytes that its leaf is the hash of."""

    def __init__(self) -> None:
        self.rest = b""
        self.skip = COPY_HEAD

    def cut(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """(key, row) of the rows that are whole by now; the key is the first column, an integer."""
        data = self.rest + chunk
        at = self.skip
        if at > len(data):
            self.rest = data
            return
        while (end := _end(data, at)) > 0:
            yield key_of(data, at), data[at:end]
            at = end
        self.rest, self.skip = data[at:], 0

    @property
    def is_done(self) -> bool:
        """Whether COPY said that this is all."""
        return self.rest == b"\xff\xff"


def key_of(data: bytes, at: int = 0) -> int:
    size = _SIZE.unpack_from(data, at + 2)[0]
    return int.from_bytes(data[at + 6 : at + 6 + size], "big", signed=True)


def _end(data: bytes, at: int) -> int:
    """Where the row that begins here ends; 0: it is not all there, or there is none."""
    have = len(data)
    if at + 2 > have:
        return 0
    fields = _COUNT.unpack_from(data, at)[0]
    if fields < 0:
        return 0
    at += 2
    for _ in range(fields):
        if at + 4 > have:
            return 0
        size = _SIZE.unpack_from(data, at)[0]
        at += 4 + size if size > 0 else 4
    return at if at <= have else 0


def write(head: Head) -> bytes:
    """One line a value, each ended by a line feed; streams in the order of their names."""
    lines = [
        FIRST_LINE,
        f"number {head.number}",
        f"time {head.at.astimezone(UTC).strftime(_WHEN)}",
        f"key {head.key.hex()}",
        f"previous {head.previous.hex()}",
    ]
    if head.next_key:
        lines.append(f"next {head.next_key.hex()}")
    lines += [f"stream {name} {top.size} {top.root.hex()}" for name, top in sorted(head.tops.items())]
    return "".join(f"{line}\n" for line in lines).encode()


def read(body: bytes) -> Head:
    """UnreadableHead unless writing it again gives the same bytes."""
    try:
        head = _read(body.decode("ascii").split("\n"))
    except (ValueError, IndexError, KeyError) as why:
        raise UnreadableHead from why
    if write(head) != body:
        raise UnreadableHead
    return head


def _read(lines: list[str]) -> Head:
    said = dict(line.split(" ", 1) for line in lines[1:] if line and not line.startswith("stream "))
    streams = [line.split(" ") for line in lines if line.startswith("stream ")]
    return Head(
        number=int(said["number"]),
        at=datetime.strptime(said["time"], _WHEN).replace(tzinfo=UTC),
        key=bytes.fromhex(said["key"]),
        previous=bytes.fromhex(said["previous"]),
        tops={name: Top(int(size), bytes.fromhex(root)) for _, name, size, root in streams},
        next_key=bytes.fromhex(said.get("next", "")),
    )


def digest(signed: Signed) -> bytes:
    """What the next head calls `previous`."""
    return sha256(signed.body + signed.signature).digest()
