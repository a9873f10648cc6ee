"""The live socket: subscribe first, then the snapshot, then what changes after its number."""

import asyncio
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from core import audit
from core.auth import Caller, Permission, allow
from dashboards.map import hub as hubs
from dashboards.map import tiles
from dashboards.map.hub import Hub
from dashboards.map.lines import SESSION_ENDED, WIRE, Audience, Line, message
from dashboards.store import live as store

VIEW_S: Final = 0.1
"""A browser may look elsewhere so often."""
NOT_A_VIEW: Final = 1007
LON, LAT = msgspec.Meta(ge=-180, le=180), msgspec.Meta(ge=-90, le=90)

router = APIRouter()


class View(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser says: where it looks."""

    view: tuple[Annotated[float, LON], Annotated[float, LAT], Annotated[float, LON], Annotated[float, LAT]]
    """West, south, east, north."""
    zoom: Annotated[float, msgspec.Meta(ge=0, le=24)]


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
    with hub.line(socket.scope["extensions"][WIRE], caller, seen=await hub.seen(caller)) as line:
        await serve(socket, hub, line=line, after=after)


async def serve(socket: WebSocket, hub: Hub, *, line: Line, after: int | None) -> None:
    """Until either side goes; whichever task ends first ends the other."""
    tasks = [
        asyncio.create_task(listen(socket, hub, line=line)),
        asyncio.create_task(attend(hub, line=line, after=after)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception) and not isinstance(fault, WebSocketDisconnect):
            raise fault
    if line.code:
        await close(socket, line)


async def close(socket: WebSocket, line: Line) -> None:
    """Who does not even take the reason is cut off."""
    try:
        async with asyncio.timeout(hubs.SEND_S):
            await socket.close(line.code or SESSION_ENDED)
    except TimeoutError:
        line.wire.abort()
    except WebSocketDisconnect:
        pass


async def attend(hub: Hub, *, line: Line, after: int | None) -> None:
    """A snapshot now and whenever the caseload changed; what follows is the hub's."""
    await begin(hub, line, after=after)
    while not line.code:
        await line.bell.wait()
        line.bell.clear()
        if line.is_rescoped and not line.code:
            line.is_rescoped = False
            await begin(hub, line, after=None)


async def begin(hub: Hub, line: Line, *, after: int | None) -> None:
    """What was missed since `after`, where the feed still has it; else everything."""
    audience = line.audience
    missed = None if after is None else await missed_since(hub, after)
    if missed is None:
        first = [await audience.once(lambda: snapshot(hub, audience))]
    else:
        first = [missed.within(audience.seen).frame(), *counted(hub, audience)]
    if line.audience is audience and not line.is_rescoped:  # else the next snapshot is on its way
        if not (audience.is_crowd or line.tiles):
            audience.plain.add(line)
        line.open(*first)
        hub.scenery.show_all(line)


def counted(hub: Hub, audience: Audience) -> list[bytes]:
    """A page that knows names learns from it that they have become too many."""
    counts = hub.board.counts(hub.scenery.rows_of(audience))
    return [message("counts", counts=counts)] if audience.is_crowd else []


async def missed_since(hub: Hub, after: int) -> hubs.News | None:
    seq = hub.seq
    async with hub.engine.connect() as conn:
        ids = await store.alerts_after(conn, after)
    return None if ids is None else await hub.news(ids, seq=seq)


async def snapshot(hub: Hub, audience: Audience) -> bytes:
    """Everything a screen begins with. News that came meanwhile waits in the line and is sent after it."""
    seen, seq, is_crowd = audience.seen, hub.seq, audience.is_crowd
    async with hub.engine.connect() as conn:
        people = None if is_crowd else await store.people(conn, seen)
        alerts = await store.open_cards(conn, seen)
    counts = hub.board.counts(hub.scenery.rows_of(audience)) if is_crowd else None
    return message("snapshot", seq=seq, people=people, counts=counts, alerts=alerts)


async def listen(socket: WebSocket, hub: Hub, *, line: Line) -> None:
    """Where the browser looks; and whether it is still there."""
    while True:
        said = await socket.receive_text()
        try:
            view = msgspec.json.decode(said, type=View)
        except msgspec.DecodeError:
            return line.end(NOT_A_VIEW)
        hub.scenery.look(line, tiles.in_view(*view.view, zoom=view.zoom))
        await asyncio.sleep(VIEW_S)
