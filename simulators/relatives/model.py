"""What a made-up relative is going to do, and where the network will fail it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Where(StrEnum):
    """The place at which a line is cut."""

    BODY = "body"
    """In the middle of what is sent."""
    UNHEARD = "unheard"
    """As soon as everything is sent."""
    UNREAD = "unread"
    """When the answer is on its way, and nobody reads it."""


@dataclass(frozen=True, slots=True)
class Cut:
    where: Where
    after: int = 0
    """So many bytes of the body are sent; of `BODY` only."""


@dataclass(frozen=True, slots=True)
class Attachment:
    client_id: UUID
    type: str
    content: bytes
    steps: tuple[float, ...]
    """Shares of what is left: so much goes over before the line is cut, time and again; then the rest."""


@dataclass(frozen=True, slots=True)
class Letter:
    client_id: UUID
    kind: str
    subject: str
    body: str
    cuts: tuple[Cut, ...]
    """The first tries."""
    attachments: tuple[Attachment, ...]
    is_forgetful: bool
    """Sent once more under another key, as after a week without a network."""

    @property
    def said(self) -> dict[str, Any]:
        return {
            "client_id": str(self.client_id),
            "kind": self.kind,
            "subject": self.subject,
            "body": self.body,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """One relative's part in the play."""

    phone: str
    letters: tuple[Letter, ...]
    draft: UUID | None
    """Written, changed and thrown away."""
