"""Drawings of figures as plain shapes for inline SVG; the table with the same numbers stands beside each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

WIDE: Final = 420
HIGH: Final = 150
FOOT: Final = 18
"""Room below for the first and the last day."""
GAP: Final = 0.25
"""Of a column's place."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One rectangle, drawn in the colour of its name."""

    name: str
    x: float
    y: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Stacked columns, one a day."""

    pieces: Sequence[Piece]
    top: int
    """The highest sum."""


def columns(days: Sequence[tuple[date, Mapping[str, int]]], names: Sequence[str]) -> Columns:
    top = max((sum(by.values()) for _, by in days), default=0)
    place = WIDE / max(1, len(days))
    pieces = []
    for n, (_, by) in enumerate(days):
        foot = float(HIGH - FOOT)
        for name in names:
            high = by.get(name, 0) / max(1, top) * (HIGH - FOOT)
            if high:
                foot -= high
                x = n * place + place * GAP / 2
                pieces.append(
                    Piece(name, round(x, 1), round(foot, 1), round(place * (1 - GAP), 1), round(high, 1))
                )
    return Columns(pieces, top)
