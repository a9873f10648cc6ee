"""Between two wearers: the margins that are reckoned with, as data with dates."""

import tomllib
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from core.errors import Refusal
from core.times import to_us


class BadMargin(Refusal):
    """A file of margins that must not decide about anybody."""

    code = "bad_margin"
    status = 500


@dataclass(frozen=True, slots=True)
class Margin:
    """Values only; unit and reason of each stand in the file."""

    id: str
    valid_from_us: int
    pace_mps: float


@cache
def known() -> tuple[Margin, ...]:
    """All margins that ever held, oldest first."""
    folder = resources.files(__name__)
    files = sorted(f.name for f in folder.iterdir() if f.name.endswith(".toml"))
    found = [read(name.removesuffix(".toml"), (folder / name).read_text("utf-8")) for name in files]
    return tuple(sorted(found, key=_begin))


def valid_at(at_us: int) -> Margin:
    """The margins that decide about a moment; before the first ones, the first."""
    listed = known()
    return max((m for m in listed if m.valid_from_us <= at_us), key=_begin, default=listed[0])


def read(name: str, text: str) -> Margin:
    """Margins from their file: each needs a value, a unit and a reason; none may be unknown."""
    content = tomllib.loads(text)
    since = content.pop("valid_from", None)
    if not isinstance(since, datetime) or since.tzinfo is None:
        raise BadMargin(margin=name, field="valid_from")
    wanted = {f.name for f in fields(Margin)} - {"id", "valid_from_us"}
    if odd := content.keys() ^ wanted:
        raise BadMargin(margin=name, field=", ".join(sorted(odd)))
    return Margin(name, to_us(since), **{field: _value(name, field, content[field]) for field in wanted})


def _value(margin: str, field: str, entry: Any) -> float:
    if not isinstance(entry, dict) or entry.keys() != {"value", "unit", "why"} or not entry["why"].strip():
        raise BadMargin(margin=margin, field=field)
    value = entry["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise BadMargin(margin=margin, field=field)
    return float(value)


def _begin(margin: Margin) -> int:
    return margin.valid_from_us
