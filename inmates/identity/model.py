"""An identity as documents give it, its versions, what makes two files look alike, and merges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId
from inmates.model import Person

MergeId = NewType("MergeId", int)


class DocumentKind(StrEnum):
    PASSPORT = "passport"
    ID_CARD = "id_card"
    DIPLOMATIC = "diplomatic"
    BIRTH_CERTIFICATE = "birth_certificate"
    FOREIGN = "foreign"


class Ground(StrEnum):
    """Why there is another version."""

    ENTERED = "entered"
    CHANGED = "changed"
    """The name or the document is another one since then."""
    CORRECTED = "corrected"
    """It was written down wrongly."""


class Doubt(StrEnum):
    """What is taken in, and said."""

    PINFL_CHECK_DIGIT = "pinfl_check_digit"
    PINFL_BIRTH = "pinfl_birth"
    PINFL_SEX = "pinfl_sex"


class Reason(StrEnum):
    """Why two files may be of one human."""

    PINFL = "pinfl"
    DOCUMENT = "document"
    PCN = "pcn"
    NAME_AND_BIRTH = "name_and_birth"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Identity:
    surname: str
    given_name: str
    patronymic: str
    surname_cyrl: str
    given_name_cyrl: str
    patronymic_cyrl: str
    sex: str
    born_on: date
    birth_place: str = ""
    citizenship: str = ""
    """ISO 3166-1 alpha-2; empty: stateless or not known."""
    pinfl: str | None = None
    document_kind: DocumentKind | None = None
    document: str | None = None
    pcn: str | None = None
    """The penitentiary number."""


@dataclass(frozen=True, slots=True)
class Secret:
    """An identifier at rest: sealed, and what it is searched by."""

    sealed: bytes
    blind: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """`identity` carries no identifiers as long as they are sealed."""

    person_id: PersonId
    version: int
    ground: Ground
    why: str
    identity: Identity
    made_at: datetime
    made_by: UserId | None
    secrets: dict[str, Secret]
    """By the name of the field: pinfl, document, pcn."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two files of one human: the survivor goes on, the absorbed one leads there."""

    id: MergeId
    survivor_id: PersonId
    absorbed_id: PersonId
    why: str
    made_at: datetime
    made_by: UserId
    undone_at: datetime | None
    undone_by: UserId | None
    undone_why: str | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    person: Person
    reasons: Sequence[Reason]
    """The weightiest first."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Files that may be of the same human, the likeliest first."""

    duplicates: Sequence[Duplicate]
    elsewhere: int
    """Files with the same identifier that the caller may not see."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader of an identity gets."""

    person: Person
    version: int
    identity: Identity
    doubts: Sequence[Doubt]
    merges: Sequence[Merge]


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of writing an identity."""

    person: PersonId
    version: int
    doubts: Sequence[Doubt]
    likely: Likely
