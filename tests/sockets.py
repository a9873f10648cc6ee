"""A browser's live socket without the browser."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from core import sessions
from officers_desk import Site


@asynccontextmanager
async def socket(
    site: Site, secret: str | None, *, after: int | None = None, origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    address = site.url.replace("http", "ws") + "/v1/live" + ("" if after is None else f"?after={after}")
    headers = {"cookie": f"{sessions.COOKIE}={secret}"} if secret else {}
    async with connect(address, additional_headers=headers, origin=origin or site.url) as made:  # type: ignore[arg-type]
        yield made


async def said(made: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of that kind; frames of positions and beats pass by."""
    while True:
        frame = await made.recv()
        if isinstance(frame, str) and json.loads(frame)["type"] == kind:
            found: dict[str, Any] = json.loads(frame)
            return found
