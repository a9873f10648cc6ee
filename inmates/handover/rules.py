"""One spelling of a file, so that its digest proves it."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from inmates.handover.model import Entry, Section, Subject
from inmates.parts.model import Part
from inmates.parts.rules import METHOD

FORMAT = "ejazo-file"
VERSION = 1


def content(
    subject: Subject,
    sections: Mapping[str, Section],
    *,
    made_at: datetime,
    made_by: str,
    kept_apart: str,
    parts: Sequence[tuple[Part, bytes]] = (),
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
        "sealed_parts": [_part(subject, part, given) for part, given in parts],
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


def _part(subject: Subject, part: Part, given: bytes) -> dict[str, str]:
    """Whoever carries the file sees that it is there, and needs the person's code to read it."""
    return {
        "title": subject.say(f"part.of.{part.compartment}"),
        "compartment": part.compartment,
        "number": part.number,
        "digest": part.digest,
        "made_at": part.made_at.isoformat(),
        "made_by": part.shown_as,
        "opened_by": METHOD,
        "content": b64encode(given).decode(),
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "data": section.data,
        "entries": [_entry(entry) for entry in section.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    said = {"title": entry.title, "facts": [list(fact) for fact in entry.facts]}
    return said | ({"picture": entry.picture} if entry.picture else {})
