"""The file on paper: sections as they are read, and at the end what proves the copy."""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core import i18n
from core.paper import Paper
from inmates.handover.model import Certificate, Say


def printed(content: Mapping[str, Any], say: Say, *, fonts: Path, proof: Certificate | None = None) -> bytes:
    """A4 in the language of the file; the same content gives the same bytes."""
    language, made_at = content["language"], datetime.fromisoformat(content["made_at"])
    paper = Paper(fonts, title=say("handover.title"), made_at=made_at)
    paper.pairs(_whose(content, say))
    if proof:
        paper.text(say("handover.certified"), size=11, style="B")
        paper.pairs(_proof(proof, say, language))
    paper.text(content["kept_apart"], size=8)
    for part in content.get("sealed_parts", ()):
        paper.text(part["title"], style="B")
        paper.pairs(_part(part, say, language))
    for section in content["sections"].values():
        _section(paper, section, say)
    return paper.finished()


def certified(proof: Certificate, say: Say, *, fonts: Path) -> bytes:
    return printed(json.loads(proof.content), say, fonts=fonts, proof=proof)


def _whose(content: Mapping[str, Any], say: Say) -> list[tuple[str, str]]:
    person, language = content["person"], content["language"]
    names = (person["surname"], person["given_name"], person["patronymic"])
    return [
        (say("handover.person"), " ".join(name for name in names if name)),
        (say("handover.file_number"), person["number"]),
        (say("handover.born_on"), i18n.day(language, date.fromisoformat(person["born_on"]))),
        (say("handover.made_at"), i18n.moment(language, datetime.fromisoformat(content["made_at"]))),
        (say("handover.made_by"), content["made_by"]),
    ]


def _proof(proof: Certificate, say: Say, language: str) -> list[tuple[str, str]]:
    return [
        (say("handover.number"), proof.number),
        (say("handover.purpose_label"), say(f"handover.purpose.{proof.purpose}")),
        (say("handover.certified_at"), i18n.moment(language, proof.made_at)),
        (say("handover.certified_by"), proof.shown_as),
        (say("handover.digest"), proof.digest),
    ]


def _part(part: Mapping[str, str], say: Say, language: str) -> list[tuple[str, str]]:
    made_at = datetime.fromisoformat(part["made_at"])
    return [
        (say("handover.number"), part["number"]),
        (say("handover.made_at"), i18n.moment(language, made_at)),
        (say("handover.made_by"), part["made_by"]),
        (say("handover.digest"), part["digest"]),
    ]


def _section(paper: Paper, section: Mapping[str, Any], say: Say) -> None:
    paper.text(section["title"], size=12, style="B")
    if not section["entries"]:
        paper.text(say("handover.nothing"))
    for entry in section["entries"]:
        paper.text(entry["title"], style="B")
        if "picture" in entry:
            paper.picture(b64decode(entry["picture"]), alt=entry["title"])
        if entry["facts"]:
            paper.pairs([(name, value) for name, value in entry["facts"]])
