"""A duty centre's sockets in a benchmark: which alerts they are told of, and when."""

import asyncio
import contextlib
import json
import time

import websockets

MANY = 5
"""Sockets, each of which sees the whole country."""


class Eyes:
    """What a duty centre's sockets are told, and when."""

    def __init__(self, url: str, cookie: str) -> None:
        self.url, self.cookie = url, cookie
        self.heard: dict[int, float] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        self.tasks = [asyncio.create_task(self._listen()) for _ in range(MANY)]
        await asyncio.sleep(2)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _listen(self) -> None:
        headers = {"Cookie": self.cookie, "Origin": self.url}
        live = self.url.replace("http", "ws", 1) + "/v1/live"
        async for socket in websockets.connect(live, additional_headers=headers, max_size=None):
            with contextlib.suppress(websockets.ConnectionClosed):  # the API was killed: it comes again
                await socket.send(json.dumps({"view": [55, 37, 74, 46], "zoom": 5}))
                async for frame in socket:
                    self._look(frame)

    def _look(self, frame: str | bytes) -> None:
        if isinstance(frame, str) and '"changes"' in frame[:32]:
            for card in json.loads(frame)["alerts"]:
                self.heard.setdefault(card["id"], time.time())
