"""What the telephones themselves know: what was answered, what they read, and how often they had to try."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from simulators.relatives.model import Attachment, Letter


@dataclass(slots=True)
class Sent:
    """A letter that was acknowledged."""

    letter: Letter
    account: int
    id: int
    number: str
    files: dict[UUID, int] = field(default_factory=dict)
    """Attachments that were acknowledged as attached, each with its id."""


@dataclass(slots=True)
class Ledger:
    accounts: set[int] = field(default_factory=set)
    sent: dict[UUID, Sent] = field(default_factory=dict)
    uploaded: dict[UUID, Attachment] = field(default_factory=dict)
    """Acknowledged to the last byte."""
    wrong: list[str] = field(default_factory=list)
    """What a telephone saw and should not have: an answer that changed, a piece that was acknowledged and is
    gone, a thing of which the feed never spoke."""
    gave_up: list[int] = field(default_factory=list)
    """Relatives who were not answered for too long."""
    tries: Counter[str] = field(default_factory=Counter)

    def acknowledged(self, letter: Letter, account: int, said: dict[str, Any]) -> Sent:
        known = self.sent.setdefault(letter.client_id, Sent(letter, account, said["id"], said["number"]))
        if (known.id, known.number) != (said["id"], said["number"]):
            self.wrong.append(f"{known.number} became {said['number']}")
        return known
