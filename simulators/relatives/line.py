"""The line between a telephone and the platform, which breaks where a request says it shall."""

import asyncio
from typing import Final

import httpx

from simulators.relatives.model import Cut, Where

NAME: Final = "cut"
"""Of the request's extension."""
WAIT_S: Final = 40.0


class Line(httpx.AsyncBaseTransport):
    """Passes requests on; one with a cut goes over a connection of its own, which then is gone."""

    def __init__(self, at_once: int) -> None:
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        self.whole = httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        cut: Cut | None = request.extensions.get(NAME)
        if cut is None:
            return await self.whole.handle_async_request(request)
        try:
            async with asyncio.timeout(WAIT_S):
                await _send(request, cut)
        except OSError as why:
            raise httpx.ConnectError(str(why), request=request) from why
        raise httpx.ReadError("the line was cut", request=request)

    async def aclose(self) -> None:
        await self.whole.aclose()


async def _send(request: httpx.Request, cut: Cut) -> None:
    """As much as the cut lets through."""
    body = await request.aread()
    is_safe = request.url.scheme == "https"
    port = request.url.port or (443 if is_safe else 80)
    reader, writer = await asyncio.open_connection(request.url.host, port, ssl=is_safe or None)
    try:
        writer.write(_head(request) + (body[: cut.after] if cut.where is Where.BODY else body))
        await writer.drain()
        if cut.where is Where.UNREAD:
            await reader.read(1)
    finally:
        writer.transport.abort()


def _head(request: httpx.Request) -> bytes:
    """HTTP/1.1 as the whole line would write it; the host is among the headers."""
    first = b"%s %s HTTP/1.1\r\n" % (request.method.encode(), request.url.raw_path)
    return first + b"".join(b"%s: %s\r\n" % header for header in request.headers.raw) + b"\r\n"
