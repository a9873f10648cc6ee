"""Whether a request comes from our own pages (ADR-0010)."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from core.errors import NotAllowed

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class WrongOrigin(NotAllowed):
    """A page of another site speaks through the user's browser (ADR-0010)."""

    code = "wrong_origin"


def same_origin(connection: HTTPConnection) -> None:
    """Changes and sockets are accepted from our own pages only, whatever cookies a browser adds."""
    if connection.scope["type"] == "http" and connection.scope["method"] in SAFE_METHODS:
        return
    origin = urlsplit(connection.headers.get("origin", ""))
    secure: bool = connection.app.state.secure
    if origin.netloc != connection.headers.get("host") or (secure and origin.scheme != "https"):
        raise WrongOrigin
