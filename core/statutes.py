"""Legal numbers: dated rules read from statutes/*.toml, never written in code (ADR-0025).

A rule says one value under one key for the days from `valid_from` to before `valid_to`. All rules of a
statute that hold on a day are its rule set; its digest names it for ever, and `core.rule_sets` keeps what was
used."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from core.errors import Invalid

FOLDER: Final = Path(__file__).parents[1] / "statutes"


class BadStatute(ValueError):  # noqa: N818 - it names the file, not an event
    """A file that cannot be a statute: rules that overlap, lack a source, or end before they begin."""


class NoRule(Invalid):
    """Nobody has written down what holds under this key on that day: nothing is guessed."""

    code = "law_unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of the law; `source`, `article` and `reviewed_by` are for those who doubt it."""

    key: str
    value: str
    article: str
    source: str
    valid_from: date
    valid_to: date | None
    """The first day on which it no longer holds; none: until something else is said."""
    reviewed_by: str
    """The lawyer who compared it with the text in force; empty: nobody yet."""

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


FIELDS: Final = tuple(field.name for field in fields(Rule))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What holds on one day; give it to a calculation, and keep it beside the result."""

    statute: str
    rules: Mapping[str, Rule]

    def rule(self, key: str) -> Rule:
        """NoRule where nothing is known: no calculation may guess."""
        if key not in self.rules:
            raise NoRule(statute=self.statute, rule=key)
        return self.rules[key]

    def text(self, key: str) -> str:
        return self.rule(key).value

    def whole(self, key: str) -> int:
        return int(self.rule(key).value)

    def decimal(self, key: str) -> Decimal:
        return Decimal(self.rule(key).value)

    def fraction(self, key: str) -> Fraction:
        """`"2/3"` or `"0.5"`."""
        return Fraction(self.rule(key).value)

    def under(self, prefix: str) -> dict[str, Rule]:
        """Rules whose keys begin with `prefix.`, by the rest of the key."""
        start = f"{prefix}."
        return {key.removeprefix(start): rule for key, rule in self.rules.items() if key.startswith(start)}

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal: two sets of the same digest decide alike."""
        return named(dumped(self))


@dataclass(frozen=True, slots=True)
class Statute:
    """All rules of one file, of all times."""

    name: str
    rules: Sequence[Rule]

    def on(self, day: date) -> RuleSet:
        return RuleSet(self.name, {rule.key: rule for rule in self.rules if rule.holds(day)})


def load(name: str, folder: Path = FOLDER) -> Statute:
    """BadStatute says which rule is wrong and why. An edited file holds at once."""
    path = folder / f"{name}.toml"
    state = path.stat()
    return _read(path, (state.st_mtime_ns, state.st_size, state.st_ino))


@lru_cache(maxsize=64)
def _read(path: Path, _state: tuple[int, int, int]) -> Statute:
    """To parse a file takes longer than most decisions by it."""
    content = tomllib.loads(path.read_text("utf-8"))
    rules = tuple(_rule(path.stem, raw) for raw in content.get("rule", []))
    _refuse_overlaps(path.stem, rules)
    return Statute(path.stem, rules)


def dumped(rules: RuleSet) -> str:
    """As JSON of one spelling; `loaded` reads it back."""
    said = [{name: getattr(rules.rules[key], name) for name in FIELDS} for key in sorted(rules.rules)]
    content = {"statute": rules.statute, "rules": said}
    return json.dumps(content, default=date.isoformat, ensure_ascii=False, sort_keys=True)


def named(text: str) -> str:
    """The digest of a set that is written out."""
    return hashlib.sha256(text.encode()).hexdigest()


def loaded(text: str) -> RuleSet:
    content = json.loads(text)
    rules = [_rule(content["statute"], raw) for raw in content["rules"]]
    return RuleSet(content["statute"], {rule.key: rule for rule in rules})


def _rule(statute: str, raw: Mapping[str, Any]) -> Rule:
    key = str(raw.get("key", "?"))
    for needed in ("key", "value", "article", "source", "valid_from"):
        if not raw.get(needed):
            raise BadStatute(f"{statute}: {key} lacks {needed}")
    since, until = _day(raw["valid_from"]), _day(raw.get("valid_to"))
    if since is None or (until is not None and until <= since):
        raise BadStatute(f"{statute}: {key} ends before it begins")
    value, article, source = (str(raw[name]) for name in ("value", "article", "source"))
    return Rule(key, value, article, source, since, until, str(raw.get("reviewed_by", "")))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _refuse_overlaps(statute: str, rules: Sequence[Rule]) -> None:
    ordered = sorted(rules, key=lambda rule: (rule.key, rule.valid_from))
    for before, after in pairwise(ordered):
        if before.key == after.key and (before.valid_to is None or before.valid_to > after.valid_from):
            raise BadStatute(f"{statute}: {after.key} says two things on {after.valid_from}")
