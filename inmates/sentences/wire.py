"""Facts and computations as JSON: how they lie in the database, and how two computations are compared."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec

from core.errors import Invalid
from inmates.sentences.derivation import Computed, Key, Reckoning, Step, Value
from inmates.sentences.model import KINDS, Fact, Term


class FactUnreadable(Invalid):
    """No fact of this kind looks like this."""

    code = "fact_unreadable"


def packed(fact: Fact) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.to_builtins(fact)
    return body


def opened(kind: str, body: Mapping[str, Any]) -> Fact:
    try:
        fact: Fact = msgspec.convert(body, KINDS[kind])
    except (KeyError, msgspec.ValidationError) as wrong:
        raise FactUnreadable from wrong
    return fact


def figures(found: Computed) -> dict[str, str | int | None]:
    """What may be compared on different days: not what was served meanwhile."""
    present = found.present
    if present is None:
        return {}
    dates = {
        "starts_on": present.starts_on,
        "ends_on": present.ends_on,
        "released_on": present.released_on,
        "pardon_on": present.pardon_on,
        **{str(measure): day for measure, day in present.eligible.items()},
    }
    return {
        "punishment": str(present.punishment),
        "whole_days": present.whole_days,
        "credit_days": present.credit_days,
        **{name: day.isoformat() if day else None for name, day in dates.items()},
    }


def plain(found: Computed) -> dict[str, Any]:
    return {
        "on": found.on.isoformat(),
        "figures": figures(found),
        "sentences": [_reckoning(one) for one in found.sentences],
        "unused": list(found.unused),
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Figures that are not the same: then and now."""
    names = sorted(before.keys() | after.keys())
    return {
        name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    }


def _reckoning(found: Reckoning) -> dict[str, Any]:
    return {
        "sentence": found.sentence,
        "served_days": found.served_days,
        "left_days": found.left_days,
        "doubts": list(found.doubts),
        "steps": [_step(step) for step in found.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "code": step.code,
        "before": value(step.before),
        "sign": step.sign,
        "by": value(step.by),
        "result": value(step.result),
        "rule": step.rule.key if step.rule else None,
        "facts": list(step.facts),
        "values": {name: value(one) for name, one in step.values.items()},
    }


def value(one: Value) -> Any:
    match one:
        case date():
            return one.isoformat()
        case Term():
            return {"years": one.years, "months": one.months, "days": one.days}
        case Fraction():
            return str(one)
        case Key():
            return {"text": str(one)}
        case _:
            return one
