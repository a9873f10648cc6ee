"""Lines keep what cannot leave; sockets that stop reading lose nothing, or are told why they are cut off."""

import asyncio
import json
import socket as sockets_of_the_system
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

import callers
from app import sockets
from app.http import application
from core import sessions
from core.auth import Caller, Role
from core.model import UserId
from core.settings import Settings
from dashboards.map import hub as hubs
from dashboards.map import lines
from dashboards.map.hub import Hub
from dashboards.map.lines import Line
from listening import Ear
from platform_running import free_port

PADDING = "x" * 60_000


def test_too_many_unread_alerts_close_a_line_and_a_beat_promises_nothing_untold() -> None:
    hub, ear = Hub(None, ""), Ear(blocked_at=1.0)  # type: ignore[arg-type]
    chief = Caller(UserId(1), "o", Role.ADMINISTRATOR, "O", "en", b"")
    with hub.line(ear, chief, seen=None) as line:
        line.is_held = False
        for _ in range(lines.MOST_WAITING):
            line.tell(lines.message("changes"), alerts=1)
        hub.beat()
        assert line.code is None
        assert len(line.waiting) == lines.MOST_WAITING
        line.tell(lines.message("changes"), alerts=1)
        assert line.code == lines.TOO_SLOW
        ear.blocked_at = None
        line.tell(lines.message("changes"), alerts=1)
        hub.wake(2.0)
        assert ear.take() == []


async def test_one_reading_serves_all_who_asked_before_it_began() -> None:
    readings: list[int] = []
    gate = asyncio.Event()

    async def read() -> bytes:
        readings.append(1)
        await gate.wait()
        return b"%d" % len(readings)

    audience = lines.Audience(None)
    first = asyncio.create_task(audience.once(read))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.create_task(audience.once(read)) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    assert await first == b"1"
    assert await asyncio.gather(*later) == [b"2", b"2", b"2"]


@pytest.fixture
async def served(database: str) -> AsyncIterator[tuple[Hub, str]]:
    """The application on a port, and its hub."""
    app, port = application(Settings(database_url=database)), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", **sockets.SERVED))
    task = asyncio.create_task(server.serve())
    await asyncio.wait_for(app.state.hub.ready.wait(), 60)
    while not server.started:  # noqa: ASYNC110 - uvicorn has no bell
        await asyncio.sleep(0.02)
    yield app.state.hub, f"127.0.0.1:{port}"
    server.should_exit = True
    await task


async def opened(engine: AsyncEngine, hub: Hub, where: str) -> tuple[ClientConnection, Line]:
    """A client with small buffers that reads only when asked to, and its line."""
    secret = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    small = sockets_of_the_system.socket()
    small.setsockopt(sockets_of_the_system.SOL_SOCKET, sockets_of_the_system.SO_RCVBUF, 8192)
    small.setblocking(False)  # noqa: FBT003 - that is how it is called
    host, port = where.split(":")
    await asyncio.get_running_loop().sock_connect(small, (host, int(port)))
    options: dict[str, Any] = {
        "additional_headers": {"cookie": f"{sessions.COOKIE}={secret}"},
        "max_queue": 1,
    }
    made = await connect(f"ws://{where}/v1/live", sock=small, origin=f"http://{where}", **options)  # type: ignore[arg-type]
    await made.recv()
    [line] = hub.lines
    return made, line


async def fill(line: Line) -> int:
    """Numbered messages until the other side takes no more, and ten besides."""
    sent = 0
    while len(line.waiting) < 10:
        line.tell(lines.message("changes", seq=sent, padding=PADDING), alerts=1)
        sent += 1
        await asyncio.sleep(0)
    return sent


async def hear(made: ClientConnection, heard: list[int], *, most: int | None = None) -> None:
    while most is None or len(heard) < most:
        frame = await asyncio.wait_for(made.recv(), 60)
        if isinstance(frame, str) and json.loads(frame)["type"] == "changes":
            heard.append(json.loads(frame)["seq"])


async def test_a_socket_that_stops_reading_gets_everything_in_order_when_it_goes_on(
    engine: AsyncEngine, served: tuple[Hub, str]
) -> None:
    made, line = await opened(engine, *served)
    sent = await fill(line)
    assert line.wire.blocked_at is not None
    numbers: list[int] = []
    await hear(made, numbers, most=sent)
    assert numbers == list(range(sent))
    assert line.wire.blocked_at is None
    await made.close()


async def test_a_socket_that_does_not_go_on_is_told_that_it_was_too_slow(
    engine: AsyncEngine, served: tuple[Hub, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, line = await opened(engine, *served)
    monkeypatch.setattr(hubs, "SEND_S", 0.3)
    sent = await fill(line)
    await asyncio.wait_for(line.bell.wait(), 60)
    assert line.code == lines.TOO_SLOW
    monkeypatch.setattr(hubs, "SEND_S", 20.0)
    heard: list[int] = []
    with pytest.raises(ConnectionClosed) as closed:
        await hear(made, heard)
    assert heard == list(range(len(heard)))
    assert len(heard) < sent
    assert closed.value.rcvd is None or closed.value.rcvd.code == lines.TOO_SLOW
    async with asyncio.timeout(60):
        while served[0].lines:  # noqa: ASYNC110 - nothing rings when a line is gone
            await asyncio.sleep(0.02)
