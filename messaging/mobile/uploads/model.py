"""A file on its way, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from core.model import RelativeId

UploadId = NewType("UploadId", int)


class State(StrEnum):
    RECEIVING = "receiving"
    KEPT = "kept"
    REFUSED = "refused"


class Fault(StrEnum):
    """Why a file is not kept."""

    TYPE = "type"
    """It is not what it says it is."""
    PICTURE = "picture"
    """It cannot be read, or unfolds to too many points."""
    MALWARE = "malware"


@dataclass(frozen=True, slots=True)
class Upload:
    id: UploadId
    relative: RelativeId
    client_id: str
    length: int
    received: int
    declared: str
    state: State
    fault: Fault | None
    digest: str | None
    """SHA-256 of the whole, hexadecimal."""
    ends_at: datetime
    """Forgotten then, unless something holds it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A whole file, looked at."""

    fault: Fault | None
    derived: bytes | None
    """A picture without what it says of place and device; the original stays as it came."""


class Scanner(Protocol):
    """Whether somebody knows this file for malware; raises what its network raises: the upload then waits."""

    async def __call__(self, content: bytes) -> bool: ...
