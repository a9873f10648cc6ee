"""Tables that offices keep: their lines, which column is which by its heading, and what is wrong where."""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Final

from core.errors import Refusal
from core.i18n import Texts

DELIMITERS: Final = ",;\t|"
LONGEST_CELL: Final = 10_000
MOST_COLUMNS: Final = 200
"""What stands further right is nobody's table."""
FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![\d.,\s]*$)")
"""How a cell begins that a spreadsheet would run; numbers and telephones with a sign are none."""
APOSTROPHES: Final = dict.fromkeys(map(ord, "'`ʻʼ‘’´"))


class BadSheet(Refusal):
    """No table can be read here; which of them says why, in words of its own."""

    code = "bad_sheet"
    status = 422


class NotSeparated(BadSheet):
    """Quotation marks do not close."""

    code = "bad_sheet_not_separated"


class NoWorkbook(BadSheet):
    """It calls itself a workbook and cannot be opened: broken, locked by a password, of an older program."""

    code = "bad_sheet_no_workbook"


class OldWorkbook(BadSheet):
    """XLS, as offices saved it before 2007."""

    code = "bad_sheet_old_workbook"


class OtherFile(BadSheet):
    """A picture, a PDF, a program: no table at all."""

    code = "bad_sheet_other_file"


class TooBig(BadSheet):
    """Unpacked it is larger than any list of people."""

    code = "bad_sheet_too_big"


class TooManyRows(BadSheet):
    code = "bad_sheet_too_many_rows"


class EmptySheet(BadSheet):
    """Nothing below the headings."""

    code = "bad_sheet_empty"


class ColumnTwice(BadSheet):
    """Two headings for the same thing."""

    code = "bad_sheet_column_twice"


class NoHeading(BadSheet):
    """A mapping names a heading that the file does not have."""

    code = "bad_sheet_no_heading"


class NoField(BadSheet):
    """A mapping names a thing that files of this kind do not hold."""

    code = "bad_sheet_no_field"


class NoColumn(Refusal):
    """A column that is needed has no heading; `name` as this office's table should call it."""

    code = "sheet_no_column"
    status = 422


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one row; `code` is a problem's code, or a key of `sheet.wrong`."""

    row: int
    """As a spreadsheet counts: the heading is row 1."""
    column: str
    """A field's name; empty: the row as a whole."""
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows, the heading first; empty rows are left out but counted, as are far columns."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, whole in enumerate(reader, 1):
            cells = whole[:MOST_COLUMNS]
            if any(cell.strip() for cell in cells):
                yield number, [cell.strip() for cell in cells]
    except csv.Error:
        raise NotSeparated(row=number + 1) from None


def headings(texts: Texts, names: Mapping[str, str]) -> dict[str, str]:
    """Folded heading → field, in every language; `names` gives the key of each field's text."""
    found = {folded(name): name for name in names}
    for catalogue in texts.catalogues.values():
        found |= {folded(str(catalogue[key])): name for name, key in names.items()}
    return found


def folded(heading: str) -> str:
    """Without case, apostrophes, spaces and signs."""
    return re.sub(r"[\W_]+", " ", heading.translate(APOSTROPHES).casefold()).strip()


def columns(heading: Sequence[str], known: Mapping[str, str], *, needed: Collection[str]) -> dict[str, int]:
    """Field → place; NoColumn where one is missing that is needed."""
    found = places(heading, known)
    for name in needed:
        if name not in found:
            raise NoColumn(name=name)
    return found


def places(
    heading: Sequence[str], known: Mapping[str, str], *, given: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Field → place; a column with a heading we do not know is left alone. `given` says by hand what a
    heading stands for, empty: for nothing; it counts more than what we know."""
    for name in given or {}:
        if folded(name) not in map(folded, heading):
            raise NoHeading(name=name)
    said = {folded(name): _field(field, known) for name, field in (given or {}).items()}
    found: dict[str, int] = {}
    for place, name in enumerate(heading):
        own = known.get(folded(name), "")
        field = said.get(folded(name), "" if own in said.values() else own)
        if field and field in found:
            raise ColumnTwice(name=name)
        if field:
            found[field] = place
    return found


def _field(said: str, known: Mapping[str, str]) -> str:
    """A field by its name or by any label that we know it by."""
    if said and folded(said) not in known:
        raise NoField(name=said)
    return known[folded(said)] if said else ""


def cells(row: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    """Field → text of this row; empty where the row is too short."""
    return {name: row[place] if place < len(row) else "" for name, place in places.items()}


def suspicious(given: Mapping[str, str]) -> tuple[str, str] | None:
    """(field, code) of a cell that must not be kept: a formula, a control sign, a book."""
    for name, value in given.items():
        if FORMULA.match(value):
            return name, "formula"
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
            return name, "control_sign"
        if len(value) > LONGEST_CELL:
            return name, "too_long"
    return None
