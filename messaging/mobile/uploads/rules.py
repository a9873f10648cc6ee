"""What a file may be, what it really is, and the headers of tus 1.0.0. Pure."""

import base64
import binascii
import hmac
import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from core import pictures
from core.errors import Conflict, Invalid, Refusal
from messaging.mobile.uploads.model import Fault, Looked

LONGEST: Final = 25_000_000
PART: Final = 262_144
"""So much is kept at once while a part is still coming."""
LIVES: Final = timedelta(days=7)
AT_ONCE: Final = 20
"""Unfinished uploads of one relative."""
VERSION: Final = "1.0.0"
KINDS: Final[Mapping[str, Collection[str]]] = {
    **{kind: endings for kind, (_, endings) in pictures.KINDS.items()},
    "application/pdf": {".pdf"},
    "audio/ogg": {".ogg", ".oga", ".opus"},
    "audio/webm": {".webm"},
    "audio/mp4": {".m4a", ".f4a", ".mp4"},
    "text/plain": frozenset(),
}
"""Declared type → what the content may look like."""
RECORDINGS: Final = frozenset(kind for kind in KINDS if kind.startswith("audio/"))
VOICE: Final = "audio/mp4"
PLACE: Final = re.compile(rb"[+-]\d{2}\.\d{3,}[+-]\d{3}\.\d{3,}(?:[+-]\d+\.\d+)?/?")
"""ISO 6709, as QuickTime and Android write it."""
LOCI: Final = re.compile(rb"(\0\0[\0\x01].)loci", re.DOTALL)
"""3GPP TS 26.244, 8.3: an atom of binary degrees."""


class TypeNotAllowed(Refusal):
    code = "upload_type_not_allowed"
    status = 415


class TooLong(Refusal):
    code = "upload_too_long"
    status = 413


class HeadersWrong(Refusal):
    """Upload-Length, Upload-Metadata, Upload-Offset or Upload-Checksum cannot be read."""

    code = "upload_headers_wrong"


class UnknownVersion(Refusal):
    """`Tus-Resumable: 1.0.0` is needed."""

    code = "upload_unknown_version"
    status = 412
    headers = {"tus-version": VERSION}  # noqa: RUF012 - of the class, never changed


class OffsetWrong(Conflict):
    """HEAD says where to go on."""

    code = "upload_offset_wrong"


class ChecksumWrong(Refusal):
    """The part was changed on its way; nothing of it is kept."""

    code = "upload_checksum_wrong"
    status = 460


class TooManyUploads(Conflict):
    code = "too_many_uploads"


class AlreadyAttached(Conflict):
    """Something holds it."""

    code = "file_already_attached"


class NotLookedAt(Refusal):
    """It is whole, and the scanner is away: asking later looks again."""

    code = "upload_not_looked_at"
    status = 503
    headers = {"retry-after": "30"}  # noqa: RUF012 - of the class, never changed


class NotKept(Invalid):
    """It is not whole yet, or was refused."""

    code = "upload_not_kept"


class NotSpoken(Invalid):
    """What stands for a text has to be a recording."""

    code = "upload_not_spoken"


def version(said: str) -> None:
    if said != VERSION:
        raise UnknownVersion


def number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise HeadersWrong
    return int(text)


def length(text: str) -> int:
    found = number(text)
    if found > LONGEST:
        raise TooLong
    if found == 0:
        raise HeadersWrong
    return found


def metadata(text: str) -> tuple[str, UUID]:
    """Declared type and the client's own id: `filetype <base64>,client_id <base64>`."""
    said = {}
    for pair in text.split(","):
        name, _, value = pair.strip().partition(" ")
        said[name] = _decoded(value)
    try:
        ident = UUID(said.get("client_id", ""))
    except ValueError:
        raise HeadersWrong from None
    if ident.version != 7:
        raise HeadersWrong
    if said.get("filetype") not in KINDS:
        raise TypeNotAllowed
    return said["filetype"], ident


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        raise HeadersWrong from None


def checksum(text: str, part: bytes) -> None:
    """tus extension: `sha256 <base64>`."""
    name, _, value = text.partition(" ")
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise HeadersWrong from None
    if name != "sha256" or len(expected) != 32:
        raise HeadersWrong
    if not hmac.compare_digest(sha256(part).digest(), expected):
        raise ChecksumWrong


def look(content: bytes, declared: str) -> Looked:
    """Whether it is what it says; the copy that tells neither place nor device of a picture, nor the place of
    a voice, where it says one."""
    if not _looks_like(content, declared):
        return Looked(Fault.TYPE, None)
    if declared == VOICE:
        copy = placeless(content)
        return Looked(None, None if copy == content else copy)
    if declared not in pictures.KINDS:
        return Looked(None, None)
    bare = pictures.bare(content, declared)
    return Looked(None, bare) if bare else Looked(Fault.PICTURE, None)


def placeless(content: bytes) -> bytes:
    """MP4 with its places blanked; nothing moves, so that every offset in it still holds."""
    copy, done = bytearray(PLACE.sub(lambda found: b" " * len(found[0]), content)), 0
    for found in LOCI.finditer(content):
        begins, size = found.start(), int.from_bytes(found[1], "big")
        ends = min(begins + max(size, 8), len(copy))
        copy[begins + 4 : begins + 8] = b"free"
        since = max(begins + 8, done)  # each byte once, however many atoms say that it is theirs
        if ends > since:
            copy[since:ends] = bytes(ends - since)
            done = ends
    return bytes(copy)


def _looks_like(content: bytes, declared: str) -> bool:
    if declared == "text/plain":
        return _is_text(content)
    return not pictures.endings(content).isdisjoint(KINDS[declared])


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not text.lstrip("\ufeff \r\n\t").startswith(("<", "%PDF", "MZ"))
