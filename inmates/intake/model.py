"""An import: a file of one kind, its rows in chunks, and what became of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from core.auth import Permission
from core.model import PersonId, UserId

ImportId = NewType("ImportId", int)


class Kind(StrEnum):
    PEOPLE = "people"
    CUSTODY = "custody"
    WRITS = "writs"

    @property
    def permission(self) -> Permission:
        """What somebody needs who enters one of these by hand."""
        return {
            Kind.PEOPLE: Permission.PERSON_WRITE,
            Kind.CUSTODY: Permission.CUSTODY_WRITE,
            Kind.WRITS: Permission.PAYROLL_WRITE,
        }[self]


class State(StrEnum):
    """What became of a row."""

    STORED = "stored"
    HELD = "held"
    """Somebody like this is here already: a human decides, and says so in the row."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said of a row; `column` is a field's name, or empty for the row as a whole."""

    column: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    row: int
    """As a spreadsheet counts: the heading is row 1."""
    state: State
    person: PersonId | None = None
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file; they are written together, with their outcomes, or not at all."""

    number: int
    rows: Sequence[tuple[int, Sequence[str]]]
    is_done: bool


@dataclass(frozen=True, slots=True)
class Counts:
    total: int
    stored: int
    held: int
    wrong: int

    @property
    def done(self) -> int:
        return self.stored + self.held + self.wrong


@dataclass(frozen=True, slots=True)
class Import:
    id: ImportId
    kind: Kind
    digest: str
    """SHA-256 of the file."""
    name: str
    is_trial: bool
    """A dry run: what would become of each row; nothing is stored."""
    heading: Sequence[str]
    columns: Mapping[str, int]
    """Field → place in the heading."""
    made_by: UserId
    made_at: datetime
    ended_at: datetime | None
    stopped: str
    """Why it ended before its last row; empty: it did not."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class Begun:
    """`is_new`: false where the same file was given before."""

    found: Import
    is_new: bool
