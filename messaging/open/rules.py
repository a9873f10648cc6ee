"""Which cells of an open month are hidden (`core.disclosure`), and when a month may be told.

A month is a tree: the country, its regions, and each region's appeals divided by kind and by clock. Every
number that is published is a node; a hidden one could only be computed as its parent less its sisters, or as
the sum of its children."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from core.calendar import months_after
from core.disclosure import LEAST, hidden

SETTLED_MONTHS: Final = 4
"""After its end a month is silent so long: all terms have run, so that no figure of it changes any more
and two looks at it have no difference."""
PARTS: Final = {"kind": ("ariza", "shikoyat", "taklif"), "clock": ("on_time", "late")}

Counts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Region → part → value → how many."""


def protected(counts: Counts) -> dict[tuple[str, str], int | None]:
    """(region, column) → exact count, or None where it is hidden; the country's region is `""`, a total's
    column `received`."""
    totals = {region: sum(parts["kind"].values()) for region, parts in counts.items()}
    whole = sum(totals.values())
    shown: dict[tuple[str, str], int | None] = {("", "received"): whole if whole >= LEAST else None}
    away = hidden(totals) if whole >= LEAST else frozenset(totals)
    for region, parts in counts.items():
        shown[region, "received"] = None if region in away else totals[region]
        for line in parts.values():
            gone = frozenset(line) if region in away else hidden(line)
            shown |= {(region, name): None if name in gone else count for name, count in line.items()}
    return shown


def is_settled(month: date, today: date) -> bool:
    return months_after(month, SETTLED_MONTHS + 1) <= today


def last_settled(today: date) -> date:
    return months_after(today.replace(day=1), -(SETTLED_MONTHS + 1))
