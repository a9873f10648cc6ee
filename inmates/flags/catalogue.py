"""The model in use: models/attention.toml, read once."""

import tomllib
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from inmates.flags.model import Input, Model, Term

FOLDER: Final = Path(__file__).parent / "models"
EXPIRES: Final = (30, 90)
"""Days after which a flag is worth nothing; no model may choose others."""


class BadModel(ValueError):  # noqa: N818 - it names the file, not an event
    """A file that cannot be a model: unknown or repeated inputs, a term without weight, another expiry."""


FILE: Final = FOLDER / "attention.toml"


@cache
def current() -> Model:
    return load(FILE)


@cache
def content() -> str:
    """As it is kept beside the flags it raised."""
    return FILE.read_text("utf-8")


def load(path: Path) -> Model:
    content = path.read_bytes()
    raw = tomllib.loads(content.decode())
    model = Model(
        raw["name"],
        raw["version"],
        raw["is_calibrated"],
        raw["threshold"],
        raw["coverage_percent"],
        raw["expires_days"],
        raw["decide_days"],
        tuple(_term(raw["name"], term) for term in raw["term"]),
        sha256(content).hexdigest(),
    )
    _refuse_impossible(model)
    return model


def _term(model: str, raw: dict[str, Any]) -> Term:
    if raw["input"] not in set(Input):
        raise BadModel(f"{model}: no model may know {raw['input']}")
    return Term(Input(raw["input"]), raw["points"], raw["most"], raw["window_days"])


def _refuse_impossible(model: Model) -> None:
    numbers = [n for term in model.terms for n in (term.points, term.most, term.window_days)]
    wrong = {
        "expiry": model.expires_days not in EXPIRES,
        "whole points": not all(type(n) is int for n in numbers),
        "weights": not all(term.points and term.most > 0 and term.window_days > 0 for term in model.terms),
        "repeated inputs": len({term.input for term in model.terms}) != len(model.terms),
        "threshold": model.threshold <= 0,
        "coverage": not 0 < model.coverage_percent <= 100,
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise BadModel(f"{model.name}: {what}")
