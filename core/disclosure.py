"""Publishing counts of people so that nobody is picked out: small cells hidden so that no sum tells them,
rounding that is the same whenever one looks, and silence about a month until nothing of it changes."""

import hmac
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Final

from core.calendar import months_after

LEAST: Final = 5
"""Fewer are hidden, none too: that there was none is an answer about somebody."""
FLOOR: Final = 20
"""Of a table that divides by what somebody spoke of, or how long they waited: below it there is no table."""
BASE: Final = 3
SETTLED_MONTHS: Final = 4
"""After its end a month is silent so long: all terms have run, so that no figure of it changes any more
and two looks at it have no difference."""
WHOLE: Final = ""
"""The name of a total."""

Cell = tuple[str, str]
"""Part, value."""


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


def divided(parts: Mapping[str, Mapping[str, int]], *, least: int = LEAST) -> dict[Cell, int | None]:
    """One total divided in several ways, each of them whole: exact counts, None where hidden; the total is
    `(WHOLE, WHOLE)`, and below `least` nothing is said."""
    whole = sum(next(iter(parts.values())).values())
    shown: dict[Cell, int | None] = {(WHOLE, WHOLE): whole if whole >= least else None}
    for part, line in parts.items():
        away = hidden(line) if whole >= least else frozenset(line)
        shown |= {(part, name): None if name in away else count for name, count in line.items()}
    return shown


def rounded(count: int, key: bytes, *, cell: str) -> int:
    """To a multiple of three, up or down by chance, right on average; the same cell always alike, and without
    the key nobody knows which way."""
    rest = count % BASE
    drawn = int.from_bytes(hmac.digest(key, cell.encode(), sha256)[:4]) % BASE
    return count - rest + (BASE if drawn < rest else 0)


def settles_on(month: date) -> date:
    return months_after(month, SETTLED_MONTHS + 1)


def is_settled(month: date, today: date) -> bool:
    return settles_on(month) <= today


def last_settled(today: date) -> date:
    return months_after(today.replace(day=1), -(SETTLED_MONTHS + 1))


def settled_since(first: date | None, today: date) -> list[date]:
    """Months that nothing changes any more, newest first; `first`: the day of the first thing counted."""
    month, found = last_settled(today), list[date]()
    while first is not None and month >= first.replace(day=1):
        found.append(month)
        month = months_after(month, -1)
    return found
