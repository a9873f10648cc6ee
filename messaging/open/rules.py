"""Which numbers of a month of appeals are shown.

A month is a tree: the country, its regions, and each region's appeals divided by kind and by clock; and the
country again, divided by what the appeals are about. Every number that is published is a node; a hidden one
could only be computed as its parent less its sisters, or as the sum of its children."""

from collections.abc import Mapping
from typing import Final

from core.disclosure import LEAST, hidden
from core.open_months import FLOOR, WHOLE, divided

PARTS: Final = {"kind": ("ariza", "shikoyat", "taklif"), "clock": ("on_time", "late")}
TOPIC: Final = "topic"

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


def topics(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Topic → exact count or None; `WHOLE` is all. Only the country's, and only of a month with enough: who
    wrote of what is more than that somebody wrote."""
    shown = divided({TOPIC: counts}, least=FLOOR)
    return {WHOLE: shown[WHOLE, WHOLE]} | {name: shown[TOPIC, name] for name in counts}
