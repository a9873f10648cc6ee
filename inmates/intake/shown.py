"""An import in the reader's words: what is said of a row, and the rows to be put right as a file."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Final

from core import sheets
from core.i18n import Texts
from inmates.intake.model import Import, Kind, Note, Outcome

OWN: Final = ("row", "wrong")
"""Columns that we add behind those of the office; they are not read again."""


def said(note: Note, texts: Texts, *, language: str) -> str:
    """In words, without its column."""
    keys = (f"intake.note.{note.code}", f"sheet.wrong.{note.code}", f"problems.{note.code}")
    return texts.say(language, next(key for key in keys if texts.has(key)), **note.values)


def named(note: Note, texts: Texts, *, language: str) -> str:
    """With its column."""
    words = said(note, texts, language=language)
    return f"{texts.say(language, f'intake.column.{note.column}')}: {words}" if note.column else words


def rejected(
    found: Import, rows: Sequence[tuple[Outcome, Sequence[str]]], texts: Texts, *, language: str
) -> str:
    """As the office wrote them, with what is wrong behind; a spreadsheet opens it as it is."""
    ours = {
        sheets.folded(str(words[f"intake.{name}"])) for words in texts.catalogues.values() for name in OWN
    }
    places = [place for place, name in enumerate(found.heading) if sheets.folded(name) not in ours]
    asks = found.kind is Kind.PEOPLE and "apart" not in found.columns
    heading = [found.heading[place] for place in places]
    heading += [texts.say(language, "intake.column.apart")] if asks else []
    heading += [texts.say(language, "intake.row"), texts.say(language, "intake.wrong")]
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(heading)
    for outcome, cells in rows:
        given = [_harmless(cells[place]) if place < len(cells) else "" for place in places]
        words = "; ".join(named(note, texts, language=language) for note in outcome.notes)
        writer.writerow([*given, *([""] if asks else []), outcome.row, words])
    return f"\ufeff{text.getvalue()}"


def _harmless(cell: str) -> str:
    """A blank before what a spreadsheet would run; blanks at the ends are not read again."""
    return f" {cell}" if sheets.FORMULA.match(cell) else cell


def columns(found: Import) -> Iterator[tuple[str, str]]:
    """Each heading of the file, and as which field it is read; empty: it is not."""
    by_place = {place: field for field, place in found.columns.items()}
    for place, name in enumerate(found.heading):
        yield name, by_place.get(place, "")
