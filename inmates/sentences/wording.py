"""A derivation in the reader's language: one line a step, for pages, terminals and documents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import i18n
from core.i18n import Texts
from inmates.sentences.derivation import Key, Step, Value
from inmates.sentences.model import Article, Fact, FactId, Part, Punishment, Term

CODES = frozenset({"punishment", "past", "method", "ground", "holding", "measure"})
"""Fields whose values are codes with a text each."""


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    what: str
    before: str
    sign: str
    by: str
    result: str
    article: str
    source: str
    reviewed_by: str
    facts: tuple[FactId, ...]

    @property
    def sum(self) -> str:
        """`01.03.2027 − 30 days = 30.01.2027`"""
        left = " ".join(part for part in (self.before, self.sign, self.by) if part)
        if self.sign in {"→", "≤"} or not left:
            return f"{left} {self.result}".strip()
        return f"{left} = {self.result}" if self.result else left


@dataclass(frozen=True, slots=True)
class Wording:
    texts: Texts
    language: str

    def say(self, key: str, **values: Any) -> str:
        return self.texts.say(self.language, key, **values)

    def lines(self, steps: Iterable[Step]) -> list[Line]:
        return [self.line(step) for step in steps]

    def line(self, step: Step) -> Line:
        values = {name: self.named(value) for name, value in step.values.items()}
        rule = step.rule
        return Line(
            step.code,
            self.say(f"sentences.step.{step.code}", **values),
            self.shown(step.before),
            step.sign,
            self.shown(step.by),
            self.shown(step.result),
            rule.article if rule else "",
            rule.source if rule else "",
            rule.reviewed_by if rule else "",
            step.facts,
        )

    def named(self, value: Value) -> Any:
        """Inside a sentence, whole numbers are numbers."""
        return value if isinstance(value, int) else self.shown(value)

    def shown(self, value: Value) -> str:
        if isinstance(value, Key):
            return self.say(value)
        if isinstance(value, date):
            return i18n.day(self.language, value)
        if isinstance(value, Term):
            return self.term(value)
        if isinstance(value, int):
            return self.say("sentences.days", count=value)
        return "" if value is None else str(value)

    def term(self, term: Term) -> str:
        told = [
            self.say("sentences.years", count=term.years) if term.years else "",
            self.say("sentences.months", count=term.months) if term.months else "",
            self.say("sentences.days", count=term.days) if term.days or term == Term() else "",
        ]
        return " ".join(part for part in told if part)

    def fact(self, fact: Fact) -> str:
        """What was written down, value by value."""
        return " · ".join(part for part in self._values(fact) if part)

    def _values(self, fact: Fact) -> Iterator[str]:
        for name in fact.__dataclass_fields__:
            value = getattr(fact, name)
            if name in CODES:
                yield self._code(name, value)
            elif name in {"articles", "parts"}:
                yield ", ".join(self._item(item) for item in value)
            elif name == "sentence":
                yield f"№ {value}"
            elif value not in {Term(), "0"}:
                yield self.shown(value)

    def _code(self, name: str, value: str) -> str:
        keys = {
            "punishment": f"sentences.punishment.{value}",
            "past": f"sentences.past.{value}",
            "method": f"sentences.method.{value}",
            "ground": f"sentences.ground.{value}",
            "holding": f"sentences.holding.{value}",
            "measure": f"sentences.measure.{value}",
        }
        return self.say(keys[name])

    def _item(self, item: Article | Part) -> str:
        if isinstance(item, Article):
            return f"{item.number} ({self.say(f'sentences.category.{item.category}')})"
        return f"№ {item.sentence}" + (f" ({self.term(item.left)})" if item.left else "")

    def figure(self, value: str | int | None) -> str:
        """A figure of a stored computation: days and codes as they lie in it."""
        if isinstance(value, str) and value in set(Punishment):
            return self.say(f"sentences.punishment.{value}")
        try:
            return self.shown(date.fromisoformat(value) if isinstance(value, str) else value) or "—"
        except ValueError:
            return self.say(f"problems.{value}")
