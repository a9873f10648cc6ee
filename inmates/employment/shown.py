"""A payslip's lines in the reader's language: the same words on the screen and on paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from inmates.employment.wages import Deed, Line

Say = Callable[..., str]
"""`say("work.som", sum=5)` in one language."""
SUMS: Final = frozenset({"gross", "after_tax", "room", "kept"})


@dataclass(frozen=True, slots=True)
class Shown:
    key: str
    label: str
    basis: str
    rate: str
    article: str
    amount: str
    is_sum: bool


def line(each: Line, say: Say, *, titles: Mapping[int, str]) -> Shown:
    return Shown(
        each.key,
        _label(each, say, titles),
        _basis(each, say),
        _rate(each, say),
        each.article,
        say("work.som", sum=each.amount),
        each.key in SUMS,
    )


def duration(minutes: int) -> str:
    """168:30"""
    return f"{minutes // 60}:{minutes % 60:02}"


def deed(each: Deed, say: Say) -> str:
    """The amount in its own unit."""
    if each.unit == "minutes":
        return say("work.hours", hours=duration(each.amount))
    if each.unit == "pieces":
        return say("work.pieces", count=each.amount)
    return say("work.som", sum=each.amount)


def share(text: str) -> str:
    """0.12 → 12 %; fractions as the law writes them."""
    if "/" in text or not text:
        return text
    percent = Fraction(text) * 100
    return f"{int(percent) if percent.denominator == 1 else float(percent)} %"


def _label(each: Line, say: Say, titles: Mapping[int, str]) -> str:
    said = say(f"work.line.{each.key}")
    if each.key == "writ":
        return f"{said} № {each.number}: {say(f'work.writ_kind.{each.kind}')}"
    if each.key == "by_hand":
        return f"{said}: {say(f'work.hand_kind.{each.kind}')}"
    title = titles.get(each.about or 0, "") if each.key in {"hourly", "piece"} else ""
    return f"{said}: {title}" if title else said


def _basis(each: Line, say: Say) -> str:
    if each.key == "hourly":
        return say("work.hours", hours=duration(each.basis))
    if each.key == "piece":
        return say("work.pieces", count=each.basis)
    return "" if each.key in SUMS else say("work.som", sum=each.basis)


def _rate(each: Line, say: Say) -> str:
    if each.key in {"hourly", "piece"}:
        return say("work.som", sum=int(each.rate))
    return share(each.rate)
