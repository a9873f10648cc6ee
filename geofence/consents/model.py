"""What was said about a relation: where the paper lies, when it was said, who wrote it down."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import UserId
from geofence.relations.model import RelationId

ConsentId = NewType("ConsentId", int)


class Word(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Said:
    word: Word
    document: str
    """Where it lies in writing."""
    on: date
    by: UserId
    shown_as: str
    at: datetime
    """When it was written down."""


@dataclass(frozen=True, slots=True)
class Consent:
    """How it stands: the relation was made under the first word; the last one holds."""

    relation: RelationId
    said: tuple[Said, ...]

    @property
    def stands(self) -> bool:
        return self.said[-1].word is Word.GIVEN
