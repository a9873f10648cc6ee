"""One spelling of a file, so that its digest proves it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from inmates.handover.model import Section, Subject

FORMAT = "ejazo-file"
VERSION = 1


def content(
    subject: Subject, sections: Mapping[str, Section], *, made_at: datetime, made_by: str, kept_apart: str
) -> dict[str, Any]:
    """What a file says, as JSON can hold it."""
    person = subject.person
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at.isoformat(),
        "made_by": made_by,
        "language": subject.language,
        "person": {
            "number": person.number,
            "surname": person.surname,
            "given_name": person.given_name,
            "patronymic": person.patronymic,
            "sex": person.sex,
            "born_on": person.born_on.isoformat(),
        },
        "kept_apart": kept_apart,
        "sections": {name: _section(section) for name, section in sections.items()},
    }


def spelled(found: Mapping[str, Any]) -> str:
    """The same content always gives the same text (sorted keys, no spaces)."""
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def number(on: date, drawn: str) -> str:
    """`2026-7F3A09C1`: the year, and what nobody can count up."""
    return f"{on.year}-{drawn.upper()}"


def _section(section: Section) -> dict[str, Any]:
    entries = [
        {"title": entry.title, "facts": [list(fact) for fact in entry.facts]} for entry in section.entries
    ]
    return {"title": section.title, "data": section.data, "entries": entries}
