"""Open figures by month: when a month may be told, and one total divided in several ways."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from core.calendar import months_after
from core.disclosure import LEAST, hidden

FLOOR: Final = 20
"""Of a table that divides by what somebody spoke of, or how long they waited: below it there is no table."""
SETTLED_MONTHS: Final = 4
"""After its end a month is silent so long: all terms have run, so that no figure of it changes any more
and two looks at it have no difference."""
WHOLE: Final = ""
"""The name of a total."""

Cell = tuple[str, str]
"""Part, value."""


def divided(parts: Mapping[str, Mapping[str, int]], *, least: int = LEAST) -> dict[Cell, int | None]:
    """One total divided in several ways, each of them whole: exact counts, None where hidden; the total is
    `(WHOLE, WHOLE)`, and below `least` nothing is said."""
    whole = sum(next(iter(parts.values())).values())
    shown: dict[Cell, int | None] = {(WHOLE, WHOLE): whole if whole >= least else None}
    for part, line in parts.items():
        away = hidden(line) if whole >= least else frozenset(line)
        shown |= {(part, name): None if name in away else count for name, count in line.items()}
    return shown


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
