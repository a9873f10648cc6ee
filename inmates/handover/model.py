"""Sections of a file, and certified copies of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from core.i18n import Texts
from core.model import PersonId, UserId
from core.sealing import Keys
from inmates.model import Person

CertificateId = NewType("CertificateId", int)
Say = Callable[..., str]
"""`say("handover.section.sentence")` in the language of the file."""


class Purpose(StrEnum):
    RELEASE = "release"
    REQUEST = "request"
    """The person asked for it."""
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose file is gathered, and in which words."""

    person: Person
    texts: Texts
    language: str
    keys: Keys

    def say(self, key: str, **values: Any) -> str:
        return self.texts.say(self.language, key, **values)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a section as a reader reads it."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    """What, and what it is."""
    picture: str = ""
    """JPEG in base64; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Section:
    """What one topic holds of a person: as data, and in words."""

    title: str
    data: Any
    """As JSON can hold it."""
    entries: Sequence[Entry]


class Gather(Protocol):
    """What a topic registers. It checks no permission and records nothing: the export did both. A closed
    compartment registers none."""

    async def __call__(self, conn: AsyncConnection, subject: Subject) -> Section: ...


Sections = Mapping[str, Gather]
"""By name, in the order in which they are printed."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What health care knows people by."""

    pinfl: str | None = None
    passport: str | None = None
    """A local passport or identity card."""
    diplomatic: str | None = None
    birth_certificate: str | None = None
    pcn: str | None = None
    """The penitentiary number."""


class Identify(Protocol):
    async def __call__(self, conn: AsyncConnection, subject: Subject) -> Identifiers: ...


@dataclass(frozen=True, slots=True)
class Certificate:
    """A copy of the file as it was, with what proves it."""

    id: CertificateId
    person_id: PersonId
    number: str
    purpose: Purpose
    digest: str
    """SHA-256 of the content, hexadecimal."""
    content: str
    made_at: datetime
    made_by: UserId
    shown_as: str
    """Who certified it."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What somebody with a paper in hand may learn: that it is ours, and of which day."""

    number: str
    certified_on: date
