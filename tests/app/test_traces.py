"""Traces: off unless asked for, told to one address, and without anything that names a person."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

from app.http import application
from app.traces import Sender, document
from app.worker import Worker
from callers import browser
from core import clock, spans
from core.sealing import Keys
from core.settings import Settings
from core.spans import Span
from tracking.model import Message
from tracking.sharding import WHOLE

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def taken() -> Iterator[list[Span]]:
    found: list[Span] = []
    spans.install(found.append)
    yield found
    spans.remove(found.append)


def test_nothing_is_measured_where_nobody_takes_it() -> None:
    with spans.span("round", messages=1) as made:
        assert made is None


def test_what_is_within_another_names_it_and_nobody_is_named(taken: list[Span]) -> None:
    with pytest.raises(ZeroDivisionError), spans.span("round", messages=2), spans.span("judge", fixes=0):
        raise ZeroDivisionError
    judge, outer = taken
    assert (judge.name, judge.trace, judge.parent) == ("judge", outer.trace, outer.ident)
    assert (outer.name, outer.parent, outer.is_failed, judge.is_failed) == ("round", "", True, True)
    assert outer.lasted_ns >= judge.lasted_ns > 0
    for said in ("person", "path", "login"):
        with pytest.raises(ValueError, match=said), spans.span("round", **{said: 1}):
            pass


async def test_a_request_is_called_by_the_form_of_its_route(database: str, taken: list[Span]) -> None:
    app = application(Settings(database_url=database, traces_url="http://127.0.0.1:9/v1/traces"))
    async with browser(app, traceparent=PARENT) as visitor:
        await visitor.get("/v1/people/471100", params={"search": "Namunayev"})
        await visitor.get("/nowhere/471100")
    await app.state.engine.dispose()
    known, unknown = taken
    assert known.said == {"method": "GET", "status": 401, "route": "/v1/people/{person_id}"}
    assert (known.trace, known.parent) == ("a" * 32, "b" * 16)
    assert unknown.said["status"] == 404
    told = json.dumps(document(taken, part="api"))
    assert "471100" not in told
    assert "Namunayev" not in told


async def test_a_round_tells_its_parts(conn: asyncpg.Connection, taken: list[Span], tmp_path: Path) -> None:
    worker = await Worker.recover(conn, cast("Any", None), shard=WHOLE, ack_every_s=5, keys=Keys(tmp_path))
    await worker.take(worker.gate.open([Message("em/v1/STRANGE-4711/up", b"{}", clock.now_us())]))
    assert [(one.name, one.said) for one in taken] == [("record", {}), ("judge", {"fixes": 0})]
    assert "4711" not in json.dumps(document(taken, part="ingest"))


def test_the_collector_is_told_what_otlp_says() -> None:
    heard: list[dict[str, Any]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_said: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.handle_request).start()
    one = Span("request", "a" * 32, "b" * 16, "c" * 16, 1_700_000_000_000_000, 1500, said={"status": 200})
    sender = Sender(f"http://127.0.0.1:{server.server_port}/v1/traces", part="api")
    sender.send([one])
    server.server_close()
    sender.send([one])  # nobody is there: said in the log, and no answer waits for it
    ((resource,),) = (said["resourceSpans"] for said in heard)
    assert resource["resource"]["attributes"][0]["value"] == {"stringValue": "ejazo-api"}
    (span,) = resource["scopeSpans"][0]["spans"]
    assert (span["traceId"], span["parentSpanId"], span["kind"]) == ("a" * 32, "c" * 16, 2)
    assert (span["startTimeUnixNano"], span["endTimeUnixNano"]) == (
        "1700000000000000000",
        "1700000000000001500",
    )
    assert span["attributes"] == [{"key": "status", "value": {"intValue": "200"}}]
    with pytest.raises(ValueError, match="http"):
        Sender("file:///etc/passwd", part="api")
