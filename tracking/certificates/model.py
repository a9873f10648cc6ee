"""An authority, what it issues, and why it may refuse."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Authority:
    """Its own certificate and key, PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Issued:
    """For one device or broker; the key is kept nowhere else."""

    number: int
    """Of the certificate; 159 bits."""
    certificate: bytes
    key: bytes
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    serial: str
    number: int
    issued_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


class UnknownDevice(NotFound):
    code = "unknown_device"


class UnfitSerial(Invalid):
    """A name that the broker could read as somebody else's, or as many."""

    code = "unfit_serial"


class NothingToRevoke(Conflict):
    code = "nothing_to_revoke"
