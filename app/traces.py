"""Traces for a collector of OpenTelemetry: finished spans as OTLP over HTTP, to one address, or to nobody.

OTLP's JSON is one document of a few fields: writing it needs no library, and costs the start nothing."""

import json
import logging
import queue
import threading
import urllib.request
from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import spans, tracing
from core.spans import Span

MOST: Final = 2048
"""Spans that wait; a collector that is away costs spans, never an answer."""
EVERY_S: Final = 2.0
PATIENCE_S: Final = 5.0
SERVER, INTERNAL = 2, 1
"""Kinds of spans (opentelemetry-proto, trace.proto)."""
FAILED: Final = 2

log = logging.getLogger("traces")


def begin(url: str, *, part: str) -> None:
    """For the life of the process; no address: nothing is measured."""
    if url:
        spans.install(Sender(url, part=part).take)


class Sender:
    """Collects in the process, sends from a thread of its own."""

    def __init__(self, url: str, *, part: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("EJAZO_TRACES_URL begins with http:// or https://")
        self.url, self.part = url, part
        self.waiting: queue.Queue[Span] = queue.Queue(MOST)
        threading.Thread(target=self._run, name="traces", daemon=True).start()

    def take(self, span: Span) -> None:
        try:
            self.waiting.put_nowait(span)
        except queue.Full:
            return

    def _run(self) -> None:
        while True:
            taken = [self.waiting.get()]
            threading.Event().wait(EVERY_S)
            while not self.waiting.empty():
                taken.append(self.waiting.get())
            self.send(taken)

    def send(self, taken: Sequence[Span]) -> None:
        body = json.dumps(document(taken, part=self.part)).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - http(s), see above
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310 - the same
                pass
        except OSError as wrong:
            log.warning("not sent", extra={"spans": len(taken), "error": type(wrong).__name__})


def document(taken: Sequence[Span], *, part: str) -> dict[str, Any]:
    """ExportTraceServiceRequest, in the JSON of OTLP: ids hexadecimal, nanoseconds as texts."""
    resource = {"attributes": [_attribute("service.name", f"ejazo-{part}")]}
    scope = {"scope": {"name": "ejazo"}, "spans": [_span(one) for one in taken]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _span(one: Span) -> dict[str, Any]:
    began_ns = one.began_us * 1000
    made: dict[str, Any] = {
        "traceId": one.trace,
        "spanId": one.ident,
        "name": one.name,
        "kind": SERVER if one.name == "request" else INTERNAL,
        "startTimeUnixNano": str(began_ns),
        "endTimeUnixNano": str(began_ns + one.lasted_ns),
        "attributes": [_attribute(key, value) for key, value in sorted(one.said.items())],
        "status": {"code": FAILED} if one.is_failed else {},
    }
    return made | ({"parentSpanId": one.parent} if one.parent else {})


def _attribute(key: str, value: int | str) -> dict[str, Any]:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value)}}


class Traced:
    """ASGI middleware: a span for each request, by the form of its route; its address names people."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        trace, parent = tracing.trace(connection), tracing.parent(connection)
        with spans.span("request", trace=trace, parent=parent) as made:

            async def noted(message: Message) -> None:
                if made is not None and message["type"] == "http.response.start":
                    made.say(method=scope["method"], status=message["status"])
                    made.is_failed = message["status"] >= 500
                await send(message)

            await self.app(scope, receive, noted)
            if made is not None:
                made.say(route=getattr(scope.get("route"), "path", "none"))
