"""Wounds that any bytes can have, and those that leave a ZIP or a PNG whole around what is wounded."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final

SIGNED: Final = b"\x89PNG\r\n\x1a\n"
TOKENS: Final = (
    *(b"null", b"NaN", b"-0", b"1e999", b"1e-999", b"-1", b"4294967296", b"99999999999999999999999", b"true"),
    *(b'"\\ud800"', b'"\\u0000"', b"\xff\xfe", b"\x00", b"[" * 2_000, b'"' * 9, b"]}", b"{}", b"&a;", b"<x>"),
    *(
        b"9" * 400,
        b"-Infinity",
        b"\xed\xa0\x80",
        b"\x7f\xff\xff\xff",
        b"<!DOCTYPE x>",
        b",",
        b";",
        b"\r",
        b"[]",
    ),
)


def damaged(
    payload: bytes, others: Sequence[bytes], draw: random.Random, tokens: Sequence[bytes] = TOKENS
) -> bytes:
    """One to four wounds."""
    body = bytearray(payload)
    for _ in range(draw.randint(1, 4)):
        at, to = sorted(draw.randrange(len(body) + 1) for _ in range(2))
        match draw.randrange(7):
            case 0 if body:
                body[min(at, len(body) - 1)] ^= 1 << draw.randrange(8)
            case 1:
                del body[at:to]
            case 2:
                body[at:at] = body[at:to]
            case 3:
                body[at:to] = draw.choice(tokens)
            case 4:
                body[at:at] = draw.choice(tokens)
            case 5:
                other = draw.choice(others)
                body[at:] = other[min(at, len(other)) :]
            case _:
                body[at:to] = draw.randbytes(to - at)
    return bytes(body)


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def within_zip(payload: bytes, draw: random.Random) -> bytes:
    """A good ZIP with one part that is damaged, gone, or another part."""
    with zipfile.ZipFile(io.BytesIO(payload)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = draw.choice(list(parts))
    match draw.randrange(6):
        case 0:
            del parts[name]
        case 1:
            parts[name] = draw.choice(list(parts.values()))
        case _:
            parts[name] = damaged(parts[name], list(parts.values()), draw)
    return zipped(parts)


def within_png(payload: bytes, draw: random.Random) -> bytes:
    """A PNG whose sums are right again behind a damaged chunk."""
    chunks, at = [], len(SIGNED)
    while at + 8 <= len(payload):
        size, kind = struct.unpack_from(">I4s", payload, at)
        chunks.append((kind, payload[at + 8 : at + 8 + size]))
        at += 12 + size
    where = draw.randrange(len(chunks))
    kind, data = chunks[where]
    chunks[where] = kind, damaged(data, [one for _, one in chunks], draw)
    if draw.random() < 0.3:
        chunks.insert(draw.randrange(len(chunks) + 1), draw.choice(chunks))
    return SIGNED + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
