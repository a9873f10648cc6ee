"""Every text exists in every language, is used, and no sentence stands anywhere else."""

import json
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from jinja2 import Environment, FileSystemLoader

from core import i18n
from core.errors import Refusal
from core.http import BY_STATUS
from dashboards.model import PersonState
from geofence.model import AlertState, BreachKind, EntryKind, Outcome
from inmates.model import OrderKind

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "dashboards/templates"
TEXTS = i18n.load()
ALL = TEXTS.catalogues[i18n.DEFAULT]
LITERAL = re.compile(r"""["'`]([a-z_]+(?:\.\w+)+)["'`]""")
ASKED = re.compile(r"""\bt\(\s*["'`]([a-z_]+(?:\.\w+)+)["'`]\s*[,)]""")
PREFIX = re.compile(r"""["'`]([a-z_]+\.(?:\w+\.)*\w*)(?:["'`]\s*[~+]|\$?\{)""")
"""`"alert.kind." ~ kind`, `alert.kind.${kind}`, f"problems.{code}": everything below it is used."""
COMPLETE: dict[str, Iterable[str]] = {
    "alert.kind": BreachKind,
    "alert.story": BreachKind,
    "alert.state": AlertState,
    "alert.entry": EntryKind,
    "alert.outcome": Outcome,
    "alert.severity": ("any", "1", "2", "3", "4"),
    "condition.day": map(str, range(7)),
    "map.state": PersonState,
    "people.order": OrderKind,
}
"""What a prefix has to hold: one text a value, and none besides."""
NAMES = ("Inter Variable", "Natural Earth", "Тошкент ўқғҳ")
"""Two words, yet no sentence: a typeface, a source that wants to be named, a sample of letters."""
LATIN_IN_CYRILLIC = {
    "E-jazo",
    "E-murojaat",
    "JavaScript",
    "JSON",
    "UTC",
    "GPS",
    "Wi-Fi",
    "SIM",
    "JPEG",
    "PNG",
    "WebP",
    "XLSX",
    "CSV",
    "GeoJSON",
    "KML",
    "district",
}


def files(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in ROOT.glob(pattern) if "node_modules" not in path.parts)


def used(paths: Iterable[Path]) -> tuple[set[str], tuple[str, ...]]:
    """Keys in full, and prefixes of keys that are put together."""
    keys: set[str] = set()
    prefixes: set[str] = set()
    for path in paths:
        text = path.read_text("utf-8")
        keys |= {key for key in LITERAL.findall(text) if key in ALL}
        prefixes |= {prefix for prefix in PREFIX.findall(text) if any(k.startswith(prefix) for k in ALL)}
    return keys, tuple(prefixes)


def placeholders(text: i18n.Text) -> set[str]:
    texts = text.values() if isinstance(text, dict) else [text]
    return {name for one in texts for name in i18n.PLACEHOLDER.findall(one)}


SCRIPTS = list(files("dashboards/static/*.js"))
APP = list(files("dashboards/static/my/*.js", "dashboards/static/call/*.js"))
"""Of relatives and calls; every text below `my` and `call` is given to them."""
CODE = [path for path in files("*/*.py", "*/*/*.py", "*/*/*/*.py") if path.parts[len(ROOT.parts)] != "tests"]
PAGES = [path for path in files("dashboards/templates/*.html") if path.name != "texts.html"]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_language_has_every_text(language: str) -> None:
    catalogue = TEXTS.catalogues[language]
    assert catalogue.keys() == ALL.keys()
    assert not {key for key, text in catalogue.items() if placeholders(text) != placeholders(ALL[key])}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_plurals_have_the_forms_of_their_language(language: str) -> None:
    forms = {"one", "few", "many", "other"} if language == "ru" else {"one", "other"}
    catalogue = TEXTS.catalogues[language]
    assert not {key for key, text in catalogue.items() if isinstance(text, dict) and text.keys() != forms}
    plurals = {key for key, text in ALL.items() if isinstance(text, dict)}
    assert plurals == {key for key, text in catalogue.items() if isinstance(text, dict)}


def test_every_text_asked_for_exists() -> None:
    missing = {
        f"{path.name}: {key}"
        for path in [*CODE, *PAGES, *SCRIPTS, *APP]
        for key in ASKED.findall(path.read_text("utf-8"))
        if key not in ALL
    }
    assert not missing


def test_every_text_is_used() -> None:
    keys, prefixes = used([*CODE, *PAGES, *SCRIPTS, *APP])
    assert not {key for key in ALL if key not in keys and not key.startswith(prefixes)}


def test_scripts_get_exactly_the_texts_they_use() -> None:
    macro = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("texts.html")
    block = str(macro.module.texts(lambda key: key))  # type: ignore[attr-defined]
    given = set(json.loads(re.findall(r">(.*)</script>", block, re.DOTALL)[0]))
    keys, prefixes = used(SCRIPTS)
    assert keys <= given <= ALL.keys()
    assert not {key for key in given if key not in keys and not key.startswith(prefixes)}


@pytest.mark.parametrize("prefix", COMPLETE)
def test_every_value_of_the_field_has_its_text(prefix: str) -> None:
    below = {key.removeprefix(f"{prefix}.") for key in ALL if key.startswith(f"{prefix}.")}
    assert below == {str(value) for value in COMPLETE[prefix]}


def load_everything() -> None:
    """A refusal is known once its module is read."""
    for name in ("core", "inmates", "tracking", "geofence", "messaging", "dashboards"):
        for found in walk_packages([str(ROOT / name)], f"{name}."):
            import_module(found.name)


def refusals(cls: type[Refusal] = Refusal) -> Iterator[str]:
    yield cls.code
    for below in cls.__subclasses__():
        yield from refusals(below)


def test_every_refusal_has_its_sentence() -> None:
    load_everything()
    said = {key.removeprefix("problems.") for key in ALL if key.startswith("problems.")}
    codes = {*refusals(), *BY_STATUS.values(), "fault", "invalid"}
    assert {code for code in said if not code.startswith("field.")} == codes


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_letters_are_those_of_the_language(language: str) -> None:
    """Latin Uzbek writes oʻ gʻ with U+02BB and ʼ with U+02BC; Cyrillic texts hold no Latin look-alikes."""
    wrong = {}
    for key, text in TEXTS.catalogues[language].items():
        for one in text.values() if isinstance(text, dict) else [text]:
            plain = i18n.PLACEHOLDER.sub("", one)
            latin = set(re.findall(r"[A-Za-z][A-Za-z-]*", plain))
            cyrillic = re.findall(r"[\u0400-\u04ff]", plain)
            apostrophes = re.findall(r"\w['`´‘’′]|[OoGg]ʼ|(?<![OoGg])ʻ", plain)
            bad = latin - LATIN_IN_CYRILLIC if language in {"ru", "uz-Cyrl"} else cyrillic
            if bad or (language == "uz-Latn" and apostrophes):
                wrong[key] = one
    assert not wrong


def test_pages_hold_no_sentences() -> None:
    """What remains of a template without tags and expressions has no words."""
    found = {}
    for path in files("dashboards/templates/*.html"):
        text = re.sub(r"{% block body_class %}.*?{% endblock %}", "", path.read_text("utf-8"))
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->", " ", text, flags=re.DOTALL)
        words = re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>|&\w+;", " ", text))
        if words:
            found[path.name] = words
    assert not found


def test_scripts_hold_no_sentences() -> None:
    """No literal of two words that begins like a sentence; errors for programmers excepted."""
    sentence = re.compile(r"""["'`]([^\W\d_a-z][^\W\d_]+ [^\W\d_]+[^"'`]*)["'`]""")
    found = {
        f"{path.name}:{number}": words
        for path in SCRIPTS
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "new Error(" not in line and not line.lstrip().startswith(("//", "*", "/*"))
        for words in sentence.findall(line)
        if not words.startswith(NAMES)
    }
    assert not found
