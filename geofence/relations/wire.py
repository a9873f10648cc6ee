"""Two wearers' standing as bytes, for checkpoints: MessagePack behind one byte of version."""

import msgspec

from geofence.relations.model import Pair
from geofence.wire import UnknownStanding

VERSION = 1

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Pair)


def encode(pair: Pair) -> bytes:
    return bytes((VERSION,)) + _encoder.encode(pair)


def decode(state: bytes) -> Pair:
    if not state or state[0] != VERSION:
        raise UnknownStanding(version=state[0] if state else None)
    try:
        return _decoder.decode(memoryview(state)[1:])
    except msgspec.MsgspecError as error:
        raise UnknownStanding(why=str(error)) from error
