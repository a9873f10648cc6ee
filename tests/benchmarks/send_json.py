"""The peer: what people write first, a FastAPI socket and a loop of `send_json` over everybody there."""

from multiprocessing import get_context
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect

from platform_running import free_port

sockets: set[WebSocket] = set()
app = FastAPI()


@app.websocket("/live")
async def live(socket: WebSocket) -> None:
    await socket.accept()
    sockets.add(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        sockets.discard(socket)


@app.post("/changes")
async def change(change: dict[str, Any]) -> int:
    for socket in list(sockets):
        await socket.send_json(change)
    return len(sockets)


def _serve(port: int) -> None:
    uvicorn.run(app, port=port, log_level="error", backlog=4096)


class SendJson:
    """The peer in a process of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.child = get_context("spawn").Process(target=_serve, args=(self.port,))
        self.child.start()

    def end(self) -> None:
        self.child.terminate()
        self.child.join()
