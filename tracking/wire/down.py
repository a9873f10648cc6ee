"""What the platform tells a device: how far its reports are safe, what is missing, and commands. JSON."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from tracking.wire.limits import SEQUENCE_MAX, TEXT_MAX

VERSION: Final = 1
Number = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)]
CommandId = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Acknowledge(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="ack"):
    """Everything up to `ack` is stored and may be forgotten; `last` is the highest number that ever came;
    `resend` names what is missing between them."""

    ack: Number
    last: Number
    resend: tuple[tuple[Number, Number], ...] = ()


class Vibrate(Struct, frozen=True, kw_only=True, tag_field="kind", tag="vibrate"):
    command: CommandId
    seconds: Annotated[int, Meta(ge=1, le=30)] = 3


class Text(Struct, frozen=True, kw_only=True, tag_field="kind", tag="text"):
    command: CommandId
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


class Interval(Struct, frozen=True, kw_only=True, tag_field="kind", tag="interval"):
    """Seconds between two fixes."""

    command: CommandId
    seconds: Annotated[int, Meta(ge=1, le=3600)]


class RequestFix(Struct, frozen=True, kw_only=True, tag_field="kind", tag="request_fix"):
    command: CommandId


Command = Vibrate | Text | Interval | RequestFix
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
