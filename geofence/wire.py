"""A standing as bytes, for checkpoints: MessagePack behind one byte of version."""

from typing import ClassVar

import msgspec

from core.errors import Refusal
from geofence.model import Standing

VERSION = 2

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Standing)


class UnknownStanding(Refusal):
    """A checkpoint that this program cannot read: fold from the reports instead."""

    code: ClassVar[str] = "unknown_standing"
    status: ClassVar[int] = 500


def encode(standing: Standing) -> bytes:
    return bytes((VERSION,)) + _encoder.encode(standing)


def decode(state: bytes) -> Standing:
    if not state or state[0] != VERSION:
        raise UnknownStanding(version=state[0] if state else None)
    try:
        return _decoder.decode(memoryview(state)[1:])
    except msgspec.MsgspecError as error:
        raise UnknownStanding(why=str(error)) from error
