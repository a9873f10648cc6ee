"""Screens as files describe them, screenings as psychologists take them, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

ScreeningId = NewType("ScreeningId", int)
NoteId = NewType("NoteId", int)

Answers = Sequence[int | None]
"""One an item; None: not answered."""


class Basis(StrEnum):
    """Why a person may be screened at all."""

    CONSENT = "consent"
    CLINICAL = "clinical"


class Contact(StrEnum):
    """All that others may learn of screens: whether somebody should see the person."""

    NEEDED = "needed"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Band:
    code: str
    least: int
    """The lowest total of the band."""
    repeat_days: int


@dataclass(frozen=True, slots=True)
class Safety:
    """An answer from `least` on is urgent, whatever the total."""

    item: int
    least: int


@dataclass(frozen=True, slots=True)
class Wording:
    language: str
    title: str
    lead: str
    items: Sequence[str]
    answers: Sequence[str]
    digest: str
    """Names this wording for ever: a psychologist signs it, a screening says which was read out."""
    is_original: bool


@dataclass(frozen=True, slots=True)
class Screen:
    name: str
    version: int
    source: str
    licence: str
    values: Sequence[int]
    """What each answer counts, in the order in which the answers are offered."""
    items: int
    bands: Sequence[Band]
    safety: Sequence[Safety]
    contact_from: int
    valid_days: int
    abstained_days: int
    """After so many days it is taken again where it could not be summed."""
    wordings: Mapping[str, Wording]

    @property
    def most(self) -> int:
        return self.items * max(self.values)

    @property
    def fewest(self) -> int:
        return self.items * min(self.values)


@dataclass(frozen=True, slots=True)
class Score:
    total: int | None
    """None: an item is missing, and nothing is guessed in its place."""
    band: str | None
    missing: Sequence[int]
    alarming: Sequence[int]
    """Safety items whose answer is urgent,"""
    unasked: Sequence[int]
    """and safety items without an answer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A screen as it was taken, before it is judged."""

    screen: str
    language: str
    answers: Answers
    basis: Basis
    basis_note: str
    """Where the consent lies, or what the clinical ground is."""


@dataclass(frozen=True, slots=True)
class Screening:
    id: ScreeningId
    person_id: PersonId
    taken_at: datetime
    taken_by: UserId
    draft: Draft
    version: int
    """Of the screen that judged it."""
    wording: str
    """Digest."""
    score: Score


@dataclass(frozen=True, slots=True)
class Note:
    id: NoteId
    person_id: PersonId
    made_at: datetime
    made_by: UserId
    text: str | None
    """None: sealed with a key that is not here."""
    replaces: NoteId | None
