"""Standings and seats as bytes, for checkpoints: MessagePack, a standing behind one byte of version."""

from dataclasses import dataclass
from typing import ClassVar, Final

import msgspec
import numpy as np

from core.errors import Refusal
from core.model import PersonId
from geofence.engine.compiled import Column
from geofence.engine.layout import I8
from geofence.engine.roster import PLACE, SEAT
from geofence.engine.snapshots import Snapshot
from geofence.model import Standing, Worn

VERSION = 2

COLUMNS: Final = {
    "people": np.dtype(np.int64),
    "seats": SEAT,
    "trails": PLACE,
    "odds": np.dtype(np.float64),
    "seen": np.dtype(np.uint8),
    "opened_us": np.dtype(np.int64),
    "before_us": np.dtype(np.int64),
}
"""Of a snapshot, as they lie in memory: another engine does not read them."""


class _Block(msgspec.Struct, array_like=True):
    columns: list[bytes]
    worn: dict[int, Worn]
    odd: list[Standing]
    prints: bytes
    devices: bytes
    located_us: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Standing)
_blocks = msgspec.msgpack.Decoder(_Block)


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


@dataclass(frozen=True, slots=True, eq=False)
class Seats:
    """A block of people, written down."""

    taken: Snapshot
    prints: I8
    """Fingerprints of the terms of all people in it, the simple ones first."""
    devices: I8
    located_us: I8
    """When a fix of each device that they wear was last received."""


def encode_seats(block: Seats) -> bytes:
    taken = block.taken
    columns = [getattr(taken, name).tobytes() for name in COLUMNS]
    worn = {int(person): one for person, one in taken.worn.items()}
    others = (column.tobytes() for column in (block.prints, block.devices, block.located_us))
    return _encoder.encode(_Block(columns, worn, taken.odd, *others))


def decode_seats(state: bytes) -> Seats:
    block = _blocks.decode(state)
    columns: list[Column] = [
        np.frombuffer(raw, dtype) for raw, dtype in zip(block.columns, COLUMNS.values(), strict=True)
    ]
    people, seats, trails, odds, seen, opened_us, before_us = columns
    worn = {PersonId(person): one for person, one in block.worn.items()}
    taken = Snapshot(people, seats, trails, odds, seen, opened_us, before_us, worn, block.odd)
    others = (np.frombuffer(raw, np.int64) for raw in (block.prints, block.devices, block.located_us))
    return Seats(taken, *others)
