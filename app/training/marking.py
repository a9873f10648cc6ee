"""Puts the mark of training on what leaves, by its media type; what cannot carry one is not let out. Pure."""

import json
import re
from collections.abc import Callable
from html import escape
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from core.paper import KEYWORD

NOTE: Final = "TRAINING.txt"
SIGNED: Final = ("manifest.json", "decision.json")
"""What a signature is over, in files that are signed."""
HTEST: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
"""What FHIR itself calls data that are nobody's."""
UNSEEN: Final = (
    "application/javascript",
    "application/manifest+json",
    "application/octet-stream",
    "application/problem+json",
    "application/schema+json",
    "application/vnd.mapbox-vector-tile",
    "application/wasm",
    "application/x-protobuf",
    "audio/",
    "font/",
    "image/",
    "text/css",
    "text/event-stream",
    "text/javascript",
    "text/plain",
    "video/",
)
"""Parts of pages, which are marked themselves, and what somebody put in."""


def marked(media: str, body: bytes, words: str, *, sentence: str, is_file: bool) -> bytes | None:
    """The same with the mark; None: it cannot carry one. `sentence` is for readers of pages."""
    if not body or media.startswith(UNSEEN):
        return body
    if media == "text/html":
        return _page(body, sentence)
    if media == "application/json" and not is_file:
        return body
    mark = MARKERS.get(media)
    return mark(body, words) if mark else None


def _page(body: bytes, sentence: str) -> bytes:
    """A piece of a page goes into one that is marked."""
    note = f'<p class="training-mark" role="note" data-testid="training-mark">{escape(sentence)}</p>'
    link = b'<link rel="stylesheet" href="/static/training.css"></head>'
    body = body.replace(b"</head>", link, 1)
    return re.sub(rb"<body\b[^>]*>", lambda found: found[0] + note.encode(), body, count=1)


def _csv(body: bytes, words: str) -> bytes:
    bom = b"\xef\xbb\xbf"
    first = f"# {words}\r\n".encode()
    return bom + first + body[3:] if body.startswith(bom) else first + body


def _xml(body: bytes, words: str) -> bytes:
    """Every name that a viewer shows, and a word to whoever reads the text."""
    said = escape(words).encode()
    named = re.sub(rb"<name>(?:<!\[CDATA\[)?", lambda found: found[0] + said + b" ", body)
    head = re.match(rb"\s*<\?xml[^>]*\?>", named)
    end = head.end() if head else 0
    return named[:end] + b"\n<!-- " + said + b" -->\n" + named[end:]


def _json(body: bytes, words: str) -> bytes | None:
    said = _object(body)
    if said and said.get("training") is True:  # it is to be signed as it is
        return body
    return None if said is None else json.dumps({"training": words} | said, ensure_ascii=False).encode()


def _fhir(body: bytes, words: str) -> bytes | None:
    said = _object(body)
    if said is None:
        return None
    meta = dict(said.get("meta") or {})
    meta["security"] = [*meta.get("security", []), HTEST | {"display": words}]
    return json.dumps(said | {"meta": meta}, ensure_ascii=False).encode()


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _pdf(body: bytes, _words: str) -> bytes | None:
    """Papers are marked where they are written (`core.paper`): another one is not ours."""
    return body if KEYWORD.encode() in body else None


def _zip(body: bytes, words: str) -> bytes | None:
    """A bundle for a court and a signed decision say it in what is signed; into another file goes a note."""
    try:
        with ZipFile(BytesIO(body)) as held:
            names = held.namelist()
            signed = next((name for name in SIGNED if name in names), None)
            manifest = _object(held.read(signed)) if signed else None
        if manifest is not None:
            return body if manifest.get("training") is True else None
        with ZipFile(made := BytesIO(body), "a") as more:
            more.writestr(NOTE, words)
        return made.getvalue()
    except BadZipFile:
        return None


MARKERS: Final[dict[str, Callable[[bytes, str], bytes | None]]] = {
    "application/fhir+json": _fhir,
    "application/geo+json": _json,
    "application/gpx+xml": _xml,
    "application/json": _json,
    "application/pdf": _pdf,
    "application/vnd.google-earth.kml+xml": _xml,
    "application/zip": _zip,
    "text/csv": _csv,
}
