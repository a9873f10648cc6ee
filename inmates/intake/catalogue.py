"""What offices call their columns and write in them (`words.toml`), by kind of file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from core import sheets
from inmates.intake.model import Kind
from inmates.intake.rules import custody, people, writs

FIELDS: Final[Mapping[Kind, Mapping[str, bool]]] = {
    Kind.PEOPLE: people.FIELDS,
    Kind.CUSTODY: custody.FIELDS,
    Kind.WRITS: writs.FIELDS,
}
"""By kind the fields of a file, and whether it must have them."""


@cache
def headings(kind: Kind) -> Mapping[str, str]:
    """Folded heading → field."""
    said = _said()[kind.value]
    return {sheets.folded(word): field for field, some in said.items() for word in (field, *some)}


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """By field: folded word → value."""
    return {
        field: {sheets.folded(word): value for value, some in values.items() for word in (value, *some)}
        for field, values in _said()["word"].items()
    }


def needed(kind: Kind) -> tuple[str, ...]:
    return tuple(field for field, is_needed in FIELDS[kind].items() if is_needed)


@cache
def _said() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
