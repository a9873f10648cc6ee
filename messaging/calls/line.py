"""The line between two browsers that agree on a call: signals pass through, and nothing of them is kept."""

import asyncio
from contextlib import suppress
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from core import clock
from core.seats import PROTOCOL, Seat, allow_seat
from messaging.calls import rooms as lines
from messaging.calls.model import EventKind
from messaging.calls.rooms import Line, Rooms
from messaging.calls.service import talking

LOOK_S: Final = 15.0
"""Whether somebody put an end to the call is asked so often, whichever process heard of it."""
MOST: Final = 2000
"""Signals of one line: a call needs a few dozen."""

router = APIRouter()
Text = Annotated[str, msgspec.Meta(max_length=32_000)]


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """A report for us, or a signal for the other browser: of that one only the shape is looked at."""

    type: Literal["connected", "commit", "reveal", "offer", "answer", "candidate"]
    """`connected`: this browser hears the other."""
    turn: int = 0
    data: dict[str, Text | int | None] = {}


@router.websocket("/v1/calls/line")
async def call_line(socket: WebSocket, seat: Seat = allow_seat()) -> None:
    await socket.accept(subprotocol=PROTOCOL)
    rooms: Rooms = socket.app.state.rooms
    line = rooms.sit(seat)
    try:
        await note(socket, seat, kind=EventKind.JOINED)
        rooms.meet(seat)
        await attend(socket, rooms, line=line)
    finally:
        if rooms.leave(line):
            await note(socket, seat, kind=EventKind.LEFT)
    if line.code and socket.client_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect):
            await socket.close(line.code)


async def attend(socket: WebSocket, rooms: Rooms, *, line: Line) -> None:
    """Until either goes, somebody ends it, or the booked time has run out."""
    left_s = max(0.0, (line.seat.ends_at - clock.now()).total_seconds())
    works = listen(socket, rooms, line=line), tell(socket, line), look(socket, line), line.end.wait()
    tasks: list[asyncio.Task[object]] = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            line.close(lines.OVER)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception) and not isinstance(fault, WebSocketDisconnect):
            raise fault


async def listen(socket: WebSocket, rooms: Rooms, *, line: Line) -> None:
    for _ in range(MOST):
        said = await socket.receive_text()
        try:
            found = msgspec.json.decode(said, type=Said)
        except msgspec.DecodeError:
            break
        if found.type == "connected":
            await note(socket, line.seat, kind=EventKind.CONNECTED)
        elif (other := rooms.other(line)) is not None:
            other.put(said)
    line.close(lines.UNFIT)


async def tell(socket: WebSocket, line: Line) -> None:
    while True:
        await socket.send_text(await line.out.get())


async def look(socket: WebSocket, line: Line) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        async with socket.app.state.engine.begin() as conn:
            if await talking.is_ended(conn, line.seat):
                return line.close(lines.ENDED)


async def note(socket: WebSocket, seat: Seat, *, kind: EventKind) -> None:
    async with socket.app.state.engine.begin() as conn:
        await talking.happened(conn, seat, kind=kind)
