"""Asks a server over open connections with as little work of its own as can be: the cores are shared."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np


@dataclass(frozen=True, slots=True)
class Load:
    """What came of asking everything once."""

    a_second: float
    p50_ms: float
    p95_ms: float


def request(path: str, body: bytes, **headers: str) -> bytes:
    """HTTP/1.1, ready to be written."""
    said = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def load(port: int, requests: Sequence[bytes], *, lines: int) -> Load:
    """Each line sends the next request when its last one is answered; every answer must be 201."""
    waiting, took = iter(requests), list[float]()
    began = perf_counter()
    await asyncio.gather(*(_line(port, waiting, took) for _ in range(lines)))
    lasted = perf_counter() - began
    assert len(took) == len(requests)
    p50, p95 = np.percentile(took, (50, 95)) * 1000
    return Load(len(requests) / lasted, float(p50), float(p95))


async def _line(port: int, waiting: Iterator[bytes], took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in waiting:
        began = perf_counter()
        writer.write(one)
        await _answer(reader)
        took.append(perf_counter() - began)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    body = await reader.readexactly(length)
    assert head.startswith(b"http/1.1 201"), body
