"""The few numbers that matter, for Prometheus: each process on a loopback port of its own."""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST: Final = "127.0.0.1"
"""Never another: whoever gathers numbers runs on the same machine, or comes through its own tunnel."""
REGISTRY: Final = CollectorRegistry()

MESSAGES: Final = Counter("ejazo_messages", "Messages of devices that were recorded", registry=REGISTRY)
FIXES: Final = Counter("ejazo_fixes", "New positions that were recorded", registry=REGISTRY)
REJECTED: Final = Counter("ejazo_rejected", "Messages that could not be read", registry=REGISTRY)
LAG: Final = Gauge(
    "ejazo_ingest_lag_seconds", "From the receipt of the last message to its commit", registry=REGISTRY
)
UNACKNOWLEDGED: Final = Gauge(
    "ejazo_unacknowledged_messages", "Received and not yet committed", registry=REGISTRY
)
REQUESTS: Final = Counter("ejazo_http_requests", "Answered requests", ("method", "status"), registry=REGISTRY)
SECONDS: Final = Histogram(
    "ejazo_http_request_seconds",
    "Time to an answer's beginning",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
PULSE: Final = Gauge("ejazo_pulse_age_seconds", "Since a part last beat", ("part",), registry=REGISTRY)
BLIND: Final = Gauge("ejazo_blind_parts", "Parts that do not listen now", registry=REGISTRY)
ALERTS: Final = Gauge("ejazo_alerts_open", "Alerts that are not closed", ("severity",), registry=REGISTRY)
UNTAKEN: Final = Gauge(
    "ejazo_oldest_untaken_alert_seconds", "Age of the oldest alert nobody has taken", registry=REGISTRY
)
OVERDUE: Final = Gauge("ejazo_tasks_overdue", "Tasks past their time", registry=REGISTRY)
OLDEST: Final = Gauge(
    "ejazo_oldest_overdue_task_seconds", "How long the oldest of them is late", registry=REGISTRY
)
KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count(messages: int, fixes: int, *, rejected: int) -> None:
    """A batch is committed."""
    MESSAGES.inc(messages)
    FIXES.inc(fixes)
    REJECTED.inc(rejected)


def lag(received_us: int, *, now_us: int, waiting: int) -> None:
    """Of the last message of a batch; what waits is not committed."""
    LAG.set(max(0, now_us - received_us) / 1_000_000)
    UNACKNOWLEDGED.set(waiting)


def idle() -> None:
    """Nothing came, and nothing waits."""
    LAG.set(0)
    UNACKNOWLEDGED.set(0)


def serve(port: int) -> None:
    """In a thread of the process; no port: nobody is told anything."""
    if port:
        start_http_server(port, addr=HOST, registry=REGISTRY)


class Measured:
    """ASGI middleware: how many answers, and how fast. No paths: they name people."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in KNOWN_METHODS else "other"
                REQUESTS.labels(method, f"{message['status'] // 100}xx").inc()
                SECONDS.observe(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, counted)
