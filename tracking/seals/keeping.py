"""A device's key at rest: sealed with the platform's own, bound to its device and number."""

import secrets
from typing import Final

from core.model import DeviceId
from core.sealing import Keys
from tracking.seals import wire

COMPARTMENT: Final = "devices"


def new() -> bytes:
    return secrets.token_bytes(wire.KEY)


def sealed(keys: Keys, key: bytes, *, device: DeviceId, number: int) -> bytes:
    return keys.seal_bytes(COMPARTMENT, key, place=_place(device, number))


def opened(keys: Keys, value: bytes, *, device: DeviceId, number: int) -> bytes:
    """CannotOpen: the platform's key is not here, or it is another device's."""
    return keys.open_bytes(COMPARTMENT, value, place=_place(device, number))


def _place(device: DeviceId, number: int) -> str:
    return f"device_keys.sealed/{device}/{number}"
