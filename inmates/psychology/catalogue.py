"""The screens that are shipped: screens/*.toml, read once."""

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from inmates.psychology.model import Band, Safety, Screen, Wording

FOLDER: Final = Path(__file__).parent / "screens"


class BadScreen(ValueError):  # noqa: N818 - it names the file, not an event
    """A file that cannot be a screen: bands that do not begin at the lowest sum, texts of another length."""


@cache
def screens() -> Mapping[str, Screen]:
    found = [load(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {screen.name: screen for screen in found}


def load(path: Path) -> Screen:
    raw = tomllib.loads(path.read_text("utf-8"))
    usual = int(raw["repeat_days"])
    texts = raw["text"]
    screen = Screen(
        raw["name"],
        raw["version"],
        raw["source"],
        raw["licence"],
        tuple(raw["values"]),
        len(texts[raw["original"]]["items"]),
        tuple(Band(b["code"], b["least"], b.get("repeat_days", usual)) for b in raw["band"]),
        tuple(Safety(s["item"], s["least"]) for s in raw.get("safety", ())),
        raw["contact_from"],
        raw["valid_days"],
        raw["abstained_days"],
        {language: _wording(language, text, raw["original"]) for language, text in texts.items()},
    )
    _refuse_impossible(screen)
    return screen


def _wording(language: str, text: Mapping[str, Any], original: str) -> Wording:
    content = json.dumps(text, ensure_ascii=False, sort_keys=True)
    return Wording(
        language,
        text["title"],
        text["lead"],
        tuple(text["items"]),
        tuple(text["answers"]),
        sha256(content.encode()).hexdigest(),
        language == original,
    )


def _refuse_impossible(screen: Screen) -> None:
    """Whatever is wrong in a file is found when the platform starts, not before a person."""
    least = [band.least for band in screen.bands]
    lengths = {(len(w.items), len(w.answers)) for w in screen.wordings.values()}
    wrong = {
        "source and licence": not (screen.source and screen.licence),
        "bands": least != sorted(set(least)) or not least or least[0] != screen.fewest,
        "texts": lengths != {(screen.items, len(screen.values))},
        "safety": any(not 1 <= s.item <= screen.items for s in screen.safety),
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise BadScreen(f"{screen.name}: {what}")
