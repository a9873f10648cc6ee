"""Where a page leads that asks for more than it was given, and from there back."""

from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection

from core.origin import SAFE_METHODS

DOORS: Final = {
    "not_signed_in": "/sign-in",
    "second_factor": "/prove",
    "step_up": "/prove",
    "factor_missing": "/me",
    "own_signed_out": "/own/sign-in",
}


def door(connection: HTTPConnection, code: str) -> str | None:
    """Where what this refusal misses is given; none: nowhere."""
    if code not in DOORS:
        return None
    asked = str(connection.url) if connection.scope.get("method", "GET") in SAFE_METHODS else None
    return f"{DOORS[code]}?next={quote(_path(asked) if asked else came_from(connection) or '/')}"


def came_from(connection: HTTPConnection) -> str | None:
    """The page of ours from which this was asked; none: from elsewhere."""
    sent = connection.headers.get("referer", "")
    return _path(sent) if urlsplit(sent).netloc == connection.headers.get("host") else None


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
