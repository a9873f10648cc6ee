"""What the platform tells a device: how far its reports are safe, what is missing, and commands. JSON."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tracking.wire.limits import PURSUIT_MAX_S, SEQUENCE_MAX, TEXT_MAX

VERSION: Final = 1
Number = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)]
CommandId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Until = Annotated[int, Meta(ge=1, le=2**53 - 1)] | UnsetType
"""A command that is read later is past its moment and is not carried out."""


class Acknowledge(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="ack"):
    """Everything up to `ack` is stored and may be forgotten; `last` is the highest number that ever came;
    `resend` names what is missing between them."""

    ack: Number
    last: Number
    resend: tuple[tuple[Number, Number], ...] = ()


class Vibrate(Struct, frozen=True, kw_only=True, tag_field="kind", tag="vibrate"):
    command: CommandId
    seconds: Annotated[int, Meta(ge=1, le=30)] = 3
    until_us: Until = UNSET


class Text(Struct, frozen=True, kw_only=True, tag_field="kind", tag="text"):
    command: CommandId
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
    until_us: Until = UNSET


class Interval(Struct, frozen=True, kw_only=True, tag_field="kind", tag="interval"):
    """Seconds between two fixes."""

    command: CommandId
    seconds: Annotated[int, Meta(ge=1, le=3600)]
    until_us: Until = UNSET


class RequestFix(Struct, frozen=True, kw_only=True, tag_field="kind", tag="request_fix"):
    command: CommandId
    until_us: Until = UNSET


class Pursuit(Struct, frozen=True, kw_only=True, tag_field="kind", tag="pursuit"):
    """A fix every `seconds` for `lasts_s`, each sent at once; then as before. Another one begins anew, and
    `lasts_s` 0 ends it."""

    command: CommandId
    seconds: Annotated[int, Meta(ge=1, le=60)]
    lasts_s: Annotated[int, Meta(ge=0, le=PURSUIT_MAX_S)]
    until_us: Until = UNSET


Command = Vibrate | Text | Interval | RequestFix | Pursuit
Down = Acknowledge | Command


class _Version(Struct):
    v: int


_down: Final = msgspec.json.Decoder(Down)
_version: Final = msgspec.json.Decoder(_Version)


def encode(message: Down) -> bytes:
    if isinstance(message, Acknowledge) and not message.resend:  # nearly every one
        return b'{"v":%d,"kind":"ack","ack":%d,"last":%d}' % (VERSION, message.ack, message.last)
    return msgspec.json.encode({"v": VERSION, **msgspec.to_builtins(message)})


def decode(payload: bytes) -> Down | None:
    """None for anything a device of this version does not understand: it is ignored, never an error."""
    try:
        return _down.decode(payload) if _version.decode(payload).v == VERSION else None
    except (ValueError, RecursionError):
        return None


def command(number: int, kind: str, *, body: dict[str, Any]) -> Command:
    """A command of the outbox as it goes on the wire; ValueError where the body does not fit the kind."""
    made: Command = msgspec.convert({"command": number, "kind": kind, **body}, Command)
    return made
