"""Hiding small cells so that no sum gives them back, and rounding that is the same whenever one looks.

A month is a tree: the country, its regions, and each region's appeals divided by kind and by clock. Every
number that is published is a node; a hidden one could only be computed as its parent less its sisters, or as
the sum of its children."""

import hmac
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Final

from core.calendar import months_after

LEAST: Final = 5
"""Fewer are hidden, none too: that there was none is an answer about somebody."""
BASE: Final = 3
SETTLED_MONTHS: Final = 4
"""After its end a month is silent so long: all terms have run, so that no figure of it changes any more
and two looks at it have no difference."""
PARTS: Final = {"kind": ("ariza", "shikoyat", "taklif"), "clock": ("on_time", "late")}

Counts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Region → part → value → how many."""


def hidden(line: Mapping[str, int]) -> frozenset[str]:
    """Of the children of a published number: those that are small, and the least others until there are two
    that hold enough together: one alone, or several that sum to next to nothing, are computed."""
    out = {name for name, count in line.items() if count < LEAST}
    if not out:
        return frozenset()
    for name in sorted(line.keys() - out, key=lambda one: (line[one], one)):
        if len(out) > 1 and sum(line[one] for one in out) >= LEAST:
            break
        out.add(name)
    return frozenset(out)


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


def rounded(count: int, key: bytes, *, cell: str) -> int:
    """To a multiple of three, up or down by chance, right on average; the same cell always alike, and without
    the key nobody knows which way."""
    rest = count % BASE
    drawn = int.from_bytes(hmac.digest(key, cell.encode(), sha256)[:4]) % BASE
    return count - rest + (BASE if drawn < rest else 0)


def is_settled(month: date, today: date) -> bool:
    return months_after(month, SETTLED_MONTHS + 1) <= today


def last_settled(today: date) -> date:
    return months_after(today.replace(day=1), -(SETTLED_MONTHS + 1))
