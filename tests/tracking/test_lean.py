"""Our own link towards a broker of our making: whom it takes for gone, and whom not."""

import asyncio
from contextlib import suppress

import pytest

from tracking.inbox import Inbox
from tracking.links import LinkKind, lean, packets

CONNECTED, GRANTED = b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x01"
MOMENT_S = 0.1


class Busy:
    """Brings messages for a while, but finds no time to answer a ping."""

    def __init__(self, messages: int) -> None:
        self.messages, self.clients = messages, 0
        self.serving = set[asyncio.Task[None]]()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        self.serving.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = asyncio.ensure_future(reader.read())
        writer.write(CONNECTED + GRANTED)
        for number in range(1, self.messages + 1):
            if gone.done():
                break
            writer.write(packets.publish("em/v1/A/up", b"x", number))
            await asyncio.sleep(MOMENT_S / 2)
        with suppress(ConnectionError):  # whoever was given no answer may hang up without a word
            await gone
        writer.close()


@pytest.mark.parametrize(("messages", "clients"), [(60, 1), (2, 2)])
async def test_who_brings_messages_is_there_and_who_says_nothing_is_gone(
    messages: int, clients: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lean, "KEEPALIVE_S", 1)
    broker = Busy(messages)
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    url = f"mqtt://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, Inbox(url, client_id="t", topics=["em/v1/+/up"], link=LinkKind.LEAN) as inbox:
        async with asyncio.timeout(60):
            await inbox.wait_connected()
            while broker.clients < clients:  # noqa: ASYNC110 - the broker's side
                await asyncio.sleep(MOMENT_S)
        if clients == 1:
            await asyncio.sleep(2)
        assert broker.clients == clients
    await asyncio.gather(*broker.serving)
