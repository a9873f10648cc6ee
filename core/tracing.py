"""The number of one request, in its problem and in the log: the caller's own (W3C Trace Context), if any."""

import logging
import re
import secrets
from typing import Final

from starlette.requests import HTTPConnection

log = logging.getLogger("http")
PARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


def trace(connection: HTTPConnection) -> str:
    if not hasattr(connection.state, "trace"):
        said = PARENT.fullmatch(connection.headers.get("traceparent", ""))
        connection.state.trace = said[1] if said and int(said[1], 16) else secrets.token_hex(16)
    found: str = connection.state.trace
    return found


def parent(connection: HTTPConnection) -> str:
    """The caller's span, where the trace is the caller's; otherwise empty."""
    said = PARENT.fullmatch(connection.headers.get("traceparent", ""))
    return said[2] if said and said[1] == trace(connection) else ""


def fault(connection: HTTPConnection) -> None:
    """Beside what the server says of the exception."""
    log.error("fault, trace_id %s", trace(connection))
