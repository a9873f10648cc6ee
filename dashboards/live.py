"""The live socket: subscribe first, then the snapshot, then what changes after its number."""

import asyncio
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from core import audit, clock
from core.auth import Caller, Permission, allow
from dashboards import hub as hubs
from dashboards.hub import Hub, Mailbox
from dashboards.store import live as store
from inmates import service as inmates
from tracking.wire import positions

FLUSH_S: Final = 0.2
"""Positions leave at most five times a second."""
BEAT_S: Final = 5.0
"""Silence longer than this tells a browser that the connection is dead."""
SEND_S: Final = 10.0
"""A socket that takes no message for so long is too slow."""
SESSION_ENDED: Final = 4401
TOO_SLOW: Final = 4408

router = APIRouter()


@router.websocket("/v1/live")
async def live(
    socket: WebSocket, after: int | None = None, caller: Caller = allow(Permission.MAP_READ)
) -> None:
    """`after`: the number of the last news the caller has; the answer then begins with what was missed."""
    hub: Hub = socket.app.state.hub
    await hub.ready.wait()
    async with hub.engine.begin() as conn:
        await audit.record(conn, caller.user, action=Permission.MAP_READ, subject_kind="map")
    await socket.accept()
    with hub.mailbox(caller, await hub.seen(caller)) as mailbox, suppress(WebSocketDisconnect, TimeoutError):
        await serve(socket, hub, mailbox=mailbox, after=after)


async def serve(socket: WebSocket, hub: Hub, *, mailbox: Mailbox, after: int | None) -> None:
    """Until either side goes; whichever task ends first ends the others."""
    await begin(socket, hub, mailbox=mailbox, after=after)
    tasks = [
        asyncio.create_task(talk)
        for talk in (listen(socket), tell(socket, hub, mailbox=mailbox), beat(socket, hub))
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    too_slow = mailbox.is_slow or any(
        isinstance(t.exception(), TimeoutError) for t in tasks if not t.cancelled()
    )
    if mailbox.is_ended or too_slow:
        async with asyncio.timeout(SEND_S):
            await socket.close(SESSION_ENDED if mailbox.is_ended else TOO_SLOW)


async def begin(socket: WebSocket, hub: Hub, *, mailbox: Mailbox, after: int | None) -> None:
    """What was missed since `after`, where the feed still has it; else everything."""
    missed = None if after is None else await missed_since(hub, after)
    if missed is None:
        await say(socket, await snapshot(hub, mailbox))
    else:
        await say(socket, changes(missed.within(mailbox.seen)))
    await send(socket, positions.encode(hubs.within(hub.last, mailbox.seen)))


async def missed_since(hub: Hub, after: int) -> hubs.News | None:
    seq = hub.seq
    async with hub.engine.connect() as conn:
        ids = await store.alerts_after(conn, after)
    return None if ids is None else await hub.news(ids, seq=seq)


async def snapshot(hub: Hub, mailbox: Mailbox) -> dict[str, Any]:
    """Everything a screen begins with. News that came meanwhile waits in the mailbox and is sent after it."""
    scope, seq = inmates.within(mailbox.caller), hub.seq
    async with hub.engine.connect() as conn:
        people = await store.people(conn, scope)
        alerts = await store.open_cards(conn, scope)
    return {"type": "snapshot", "seq": seq, "people": people, "alerts": alerts} | now()


def changes(news: hubs.News) -> dict[str, Any]:
    return {"type": "changes"} | asdict(news) | now()


def now() -> dict[str, Any]:
    return {"now": clock.now()}


async def tell(socket: WebSocket, hub: Hub, *, mailbox: Mailbox) -> None:
    """News at once, positions gathered for a moment."""
    while not (mailbox.is_ended or mailbox.is_slow):
        await mailbox.bell.wait()
        mailbox.bell.clear()
        if mailbox.is_rescoped:
            mailbox.is_rescoped = False
            await say(socket, await snapshot(hub, mailbox))
            await send(socket, positions.encode(hubs.within(hub.last, mailbox.seen)))
        for news in mailbox.take_news():
            await say(socket, changes(news))
        moved = mailbox.take_moved()
        if moved:
            await send(socket, moved)
        await asyncio.sleep(FLUSH_S)


async def beat(socket: WebSocket, hub: Hub) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        await say(socket, {"type": "beat", "seq": hub.seq} | now())


async def listen(socket: WebSocket) -> None:
    """Browsers have nothing to say here; reading notices that they went."""
    while True:
        await socket.receive_text()


async def say(socket: WebSocket, message: dict[str, Any]) -> None:
    async with asyncio.timeout(SEND_S):
        await socket.send_text(msgspec.json.encode(message).decode())


async def send(socket: WebSocket, packed: bytes) -> None:
    async with asyncio.timeout(SEND_S):
        await socket.send_bytes(packed)
