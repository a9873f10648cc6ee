"""Foreseeable refusals: a code for people and programs, a status for HTTP; texts live in core/locale."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Raised by rules and services; one place in `core.http` turns it into an RFC 9457 problem."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.code)


class NotFound(Refusal):
    """It does not exist, or it is not for the one who asks: a stranger cannot tell which."""

    code = "not_found"
    status = 404


class NotSignedIn(Refusal):
    code = "not_signed_in"
    status = 401


class NotAllowed(Refusal):
    code = "not_allowed"
    status = 403


class Conflict(Refusal):
    code = "conflict"
    status = 409


class Invalid(Refusal):
    code = "invalid"
    status = 422


class Stale(Refusal):
    """Somebody has edited it since it was read."""

    code = "stale"
    status = 412


class VersionMissing(Refusal):
    """An edit must name the version it edits."""

    code = "version_missing"
    status = 428
