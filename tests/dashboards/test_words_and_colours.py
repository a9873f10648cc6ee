"""What the screens stand on: colours one can read in light and dark, words for everything that happens."""

import re
from itertools import product
from pathlib import Path

import pytest

from core import i18n
from dashboards.pages import TEMPLATES
from geofence.model import BreachKind, ConditionKind, EntryKind, Outcome
from inmates.model import OrderKind

STATIC = TEMPLATES.parent / "static"
INKS = ("ink", "quiet", "accent", "order", "breach", "silent", "battery")
GROUNDS = ("paper", "sheet", "sunken")
READABLE = 4.5
"""WCAG 2.2, 1.4.3, level AA."""
TEXTS = i18n.load()
UNSETTLED = {"uz-Latn": r"\b(karta|signal)", "uz-Cyrl": r"\b(карта|сигнал)"}
"""A card of the desk is a kartochka and an alert an ogohlantirish (docs/glossary.md)."""
OTHER_THINGS = re.compile(r"flag|alert\.\w+\.jamming$|identity\.kind\.id_card$|my\.document$")
"""An early signal, a radio signal, a card of plastic."""


def palettes() -> list[dict[str, str]]:
    """The colours of the light and of the dark scheme."""
    light, dark = (STATIC / "ground.css").read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("ink", "ground"), list(product(INKS, GROUNDS)))
def test_every_ink_can_be_read_on_every_ground(ink: str, ground: str) -> None:
    for palette in palettes():
        assert contrast(palette[ink], palette[ground]) >= READABLE


def test_a_button_can_be_read() -> None:
    for palette in palettes():
        assert contrast(palette["accent-ink"], palette["accent"]) >= READABLE


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
def test_everything_that_happens_has_a_name(language: str) -> None:
    t = TEXTS.speaker(language)
    for kind in BreachKind:
        assert t(f"alert.kind.{kind}")
        assert "Z" in t(f"alert.story.{kind}", zone="Z", at="A") or "A" in t(
            f"alert.story.{kind}", zone="", at="A"
        )
    named = {
        "alert.entry": EntryKind,
        "alert.outcome": Outcome,
        "condition": ConditionKind,
        "people.order": OrderKind,
    }
    for prefix, kinds in named.items():
        for each in kinds:
            assert t(f"{prefix}.{each}", to="T")


@pytest.mark.parametrize("language", list(UNSETTLED))
def test_cards_and_alerts_have_one_name_each(language: str) -> None:
    said = {key: str(text).lower() for key, text in TEXTS.catalogues[language].items()}
    wrong = {key for key, text in said.items() if re.search(UNSETTLED[language], text)}
    assert not {key for key in wrong if not OTHER_THINGS.search(key)}


def test_scripts_are_given_every_word_they_ask_for() -> None:
    given = (TEMPLATES / "texts.html").read_text("utf-8")
    assert set(re.findall(r'"(\w+)"', given.split("%}")[0])) == set(BreachKind)
    asked = {
        key
        for script in STATIC.glob("*.js")
        for key in re.findall(r'\bt\("([a-z_.]+)"\)|unit\("([a-z_.]+)"\)', script.read_text("utf-8"))
    }
    missing = {key for pair in asked for key in pair if key and f'"{key}"' not in given}
    assert not missing


def test_every_word_of_the_screens_is_used() -> None:
    """A key that nothing names is dead weight in four languages."""
    sources = "".join(
        path.read_text("utf-8")
        for folder, pattern in ((TEMPLATES, "*.html"), (STATIC, "*.js"), (Path(STATIC.parent), "*/*.py"))
        for path in folder.glob(pattern)
    )
    dead = []
    for key in TEXTS.catalogues["en"]:
        own = key.split(".")[0] in {"map", "alert", "people", "track", "condition"}
        prefix = key.rpartition(".")[0] + "."
        if own and key not in sources and f'"{prefix}" ~' not in sources and f"'{prefix}' ~" not in sources:
            dead.append(key)
    assert not dead


def test_every_page_of_the_bar_has_a_help_box_and_no_box_is_without_a_page() -> None:
    bar = (TEMPLATES / "desk.html").read_text("utf-8")
    entries = set(re.findall(r'\("(\w+)", "[a-z]+:[a-z]+"\)', bar))
    entries |= {"training", "me", "person", "bonds", "scorecards"}  # reached from other pages
    assert {"map", "alerts", "shift", "vetting", "glass", "access"} < entries
    helped = {
        key.removeprefix("help.page.") for key in TEXTS.catalogues["en"] if key.startswith("help.page.")
    }
    assert helped == entries
