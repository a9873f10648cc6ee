"""ASGI middleware of a training platform: everything that leaves it says that it is training (ADR-0046)."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.training import marking
from core import http, i18n, paper
from core.training import PublishesNothing, Unmarked

HEADER: Final = "x-ejazo-training"
PUBLISHED: Final = "/v1/open"
"""Figures for everybody: of made-up people there are none."""
STREAMED: Final = ("text/event-stream", "image/", "font/", "application/octet-stream", "audio/", "video/")


def words(texts: i18n.Texts) -> str:
    """For files, whose reader is not known: one word in each language."""
    return " · ".join(dict.fromkeys(texts.say(language, "training.word") for language in i18n.LANGUAGES))


class Marked:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if scope["path"].startswith(PUBLISHED):
            refused = http.problem(connection, PublishesNothing.status, code=PublishesNothing.code)
            await refused(scope, receive, send)
            return
        said = words(scope["app"].state.texts)
        printed = paper.MARK.set(said)
        answer = _Answer(connection, receive, send, said)
        try:
            await self.app(scope, receive, answer.send)
        except Exception:
            if not answer.start:  # the page of a fault is made outside of every middleware: here it is ours
                await http.problem(connection, 500, code="fault")(scope, receive, answer.send)
            raise
        finally:
            paper.MARK.reset(printed)


class _Answer:
    """Holds an answer back until it is whole, where the mark goes into its body."""

    def __init__(self, connection: HTTPConnection, receive: Receive, send: Send, said: str) -> None:
        self.connection, self.receive, self.out, self.said = connection, receive, send, said
        self.start: Message = {}
        self.body = bytearray()
        self.is_held = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers[HEADER] = "1"
            self.is_held = not headers.get("content-type", "").startswith(STREAMED)
            self.start = message
        if not self.is_held:
            await self.out(message)
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole()

    async def _whole(self) -> None:
        headers = MutableHeaders(scope=self.start)
        media = headers.get("content-type", "").partition(";")[0].strip()
        texts = self.connection.app.state.texts
        body = marking.marked(
            media,
            bytes(self.body),
            self.said,
            sentence=texts.say(http.language(self.connection), "training.sentence"),
            is_file="content-disposition" in headers,
        )
        if body is None:
            await self._refuse()
            return
        if body != self.body:
            headers["content-length"] = str(len(body))
            del headers["etag"]
        await self.out(self.start)
        await self.out({"type": "http.response.body", "body": body})

    async def _refuse(self) -> None:
        refused = http.problem(self.connection, Unmarked.status, code=Unmarked.code)
        refused.headers[HEADER] = "1"
        await refused(self.connection.scope, self.receive, self.out)
