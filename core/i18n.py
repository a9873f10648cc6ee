"""Texts in four languages: catalogues of keys, plurals, numbers and times as the reader writes them."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from core.clock import HERE

LANGUAGES: Final = {"uz-Latn": "Oʻzbekcha", "uz-Cyrl": "Ўзбекча", "ru": "Русский", "en": "English"}
DEFAULT: Final = "uz-Latn"
FOLDER: Final = Path(__file__).parent / "locale"
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
PLURALS: Final = {"one", "few", "many", "other"}

Text = str | dict[str, str]
"""A sentence, or one per plural category (`one`, `few`, `many`, `other`), chosen by the value `count`."""
Catalogue = dict[str, Text]


@dataclass(frozen=True, slots=True)
class Texts:
    """All catalogues; `say` looks a key up and puts the values in."""

    catalogues: Mapping[str, Catalogue]

    def say(self, language: str, key: str, **values: Any) -> str:
        text = self.catalogues[language][key]
        if isinstance(text, dict):
            text = text[plural(language, values["count"])]
        return PLACEHOLDER.sub(lambda found: shown(language, values[found[1]]), text)

    def speaker(self, language: str) -> Callable[..., str]:
        """`t(key, **values)` in one language."""

        def t(key: str, **values: Any) -> str:
            return self.say(language, key, **values)

        return t

    def has(self, key: str) -> bool:
        return key in self.catalogues[DEFAULT]


def load(folder: Path = FOLDER) -> Texts:
    return Texts({language: _catalogue(folder / language) for language in LANGUAGES})


def _catalogue(folder: Path) -> Catalogue:
    """`alerts.toml` with `[kind] strap = …` gives the key `alerts.kind.strap`; `problems/custody.toml`
    adds to `problems`."""
    found: Catalogue = {}
    for path in sorted((*folder.glob("*.toml"), *folder.glob("*/*.toml"))):
        prefix = path.stem if path.parent == folder else path.parent.name
        found |= _flat(prefix, tomllib.loads(path.read_text("utf-8")))
    return found


def _flat(prefix: str, table: Mapping[str, Any]) -> Catalogue:
    found: Catalogue = {}
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict) and not set(value) <= PLURALS:
            found |= _flat(key, value)
        else:
            found[key] = value
    return found


def plural(language: str, count: float) -> str:
    """The plural category of a number (CLDR)."""
    if language == "ru":
        return _russian(count)
    return "one" if count == 1 else "other"


def _russian(count: float) -> str:
    if count != int(count):
        return "other"
    tens, ones = abs(int(count)) % 100, abs(int(count)) % 10
    if ones == 1 and tens != 11:
        return "one"
    return "few" if 2 <= ones <= 4 and not 12 <= tens <= 14 else "many"


def shown(language: str, value: object) -> str:
    """A value as text: numbers and times in the reader's way, everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return str(value)
    if isinstance(value, datetime):
        return moment(language, value)
    return day(language, value) if isinstance(value, date) else number(language, value)


def number(language: str, value: float, *, digits: int | None = None) -> str:
    """12345.6 → 12,345.6 (en) or 12 345,6 (uz, ru; a no-break space)."""
    text = f"{value:,}" if digits is None else f"{value:,.{digits}f}"
    return text if language == "en" else text.translate({ord(","): "\u00a0", ord("."): ","})


def moment(language: str, value: datetime) -> str:
    """Date and time of day in Tashkent."""
    local = value.astimezone(HERE)
    return f"{day(language, local.date())} {local:%H:%M}"


def clock(value: datetime) -> str:
    """Time of day in Tashkent, with seconds."""
    return f"{value.astimezone(HERE):%H:%M:%S}"


def day(language: str, value: date) -> str:
    return f"{value:%d/%m/%Y}" if language == "en" else f"{value:%d.%m.%Y}"


def choose(wanted: str | None, accepted: str | None) -> str:
    """The language asked for if we speak it, else the browser's best, else the default."""
    if wanted in LANGUAGES:
        return wanted
    for tag in _by_weight(accepted or ""):
        spoken = _spoken(tag)
        if spoken:
            return spoken
    return DEFAULT


def _by_weight(header: str) -> list[str]:
    """Tags of an Accept-Language header, heaviest first; nonsense weighs nothing."""
    weighed = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        if tag.strip():
            weighed.append((-_weight(weight), tag.strip().lower()))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: pair[0]) if weight < 0]


def _weight(text: str) -> float:
    try:
        return min(1.0, float(text)) if text else 1.0
    except ValueError:
        return 0.0


def _spoken(tag: str) -> str | None:
    language, *rest = tag.split("-")
    if language == "kaa":
        return DEFAULT  # Karakalpak has no catalogue yet
    if language == "uz":
        return "uz-Cyrl" if "cyrl" in rest else "uz-Latn"
    return language if language in LANGUAGES else None
