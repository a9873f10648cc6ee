"""Whether a text speaks of danger: the list is data (danger.toml), compared in one folded spelling."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from messaging.appeals.words import folded

FILE: Final = Path(__file__).with_name("danger.toml")


@cache
def beginnings() -> tuple[tuple[str, ...], ...]:
    """Of every language; the folded words of each entry."""
    said: dict[str, list[str]] = tomllib.loads(FILE.read_text("utf-8"))["words"]
    return tuple(sorted({folded(one) for listed in said.values() for one in listed}))


def is_spoken_of(*texts: str | None) -> bool:
    """Every entry is a beginning: Uzbek says the rest with endings."""
    return any(_holds(folded(text)) for text in texts if text)


def _holds(words: Sequence[str]) -> bool:
    firsts: dict[str, list[tuple[str, ...]]] = {}
    for entry in beginnings():
        firsts.setdefault(entry[0][:2], []).append(entry)
    return any(
        all(word.startswith(start) for word, start in zip(words[place:], entry, strict=False))
        and len(words) - place >= len(entry)
        for place, first in enumerate(words)
        for entry in firsts.get(first[:2], ())
    )
