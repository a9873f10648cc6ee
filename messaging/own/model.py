"""The telephone that opens somebody's own page."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from core.model import PersonId, UserId

PhoneId = NewType("PhoneId", int)


@dataclass(frozen=True, slots=True)
class Phone:
    id: PhoneId
    person: PersonId
    sealed: bytes
    blind: bytes
    made_by: UserId
    shown_as: str
    """Whoever wrote it down."""
    made_at: datetime
    signed_in_at: datetime | None
    """When a session of it was last in use."""
