"""From groups of people to the cells of the report, and which of them may be published. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from core.disclosure import Line, withheld
from core.statutes import RuleSet
from dashboards.space.model import ALL, Cell, Group, Report, Table, divisions
from inmates.model import OrderKind

MEASURES = tuple(map(str, OrderKind))


def stock_on(year: int, law: RuleSet) -> date:
    """The day on which the year's stock is counted: in January it is the one after the year."""
    month, day = map(int, law.text("stock.month_day").split("-"))
    return date(year + 1 if month == 1 else year, month, day)


def is_over(year: int, law: RuleSet, *, today: date) -> bool:
    """Nothing that is counted can happen any more."""
    return today > max(stock_on(year, law), date(year, 12, 31))


def bounds(law: RuleSet) -> tuple[int, ...]:
    return tuple(map(int, law.text("ages").split()))


def ages(limits: Sequence[int]) -> tuple[str, ...]:
    between = [f"age_{low}_{high - 1}" for low, high in pairwise(limits)]
    return (f"age_under_{limits[0]}", *between, f"age_{limits[-1]}_over")


def report(year: int, groups: Iterable[Group], law: RuleSet) -> Report:
    columns = ages(bounds(law))
    counts: Counter[Cell] = Counter(dict.fromkeys(_cells(columns), 0))
    for group in groups:
        for row in (group.measure, ALL):
            for column in _columns_of(group, columns):
                counts[group.table, str(row), column] += group.count
    return Report(year, stock_on(year, law), columns, dict(counts), law.digest)


def published(found: Report) -> Report:
    """Small cells hidden, so that nothing gives them back."""
    exact: dict[Cell, int] = {cell: count for cell, count in found.counts.items() if count is not None}
    gone = {
        cell
        for table in Table
        for cell in withheld({c: n for c, n in exact.items() if c[0] is table}, lines(table, found.ages))
    }
    shown: dict[Cell, int | None] = {cell: None if cell in gone else n for cell, n in exact.items()}
    return Report(found.year, found.stock_on, found.ages, shown, found.rule_set)


def lines(table: Table, columns: Sequence[str]) -> list[Line]:
    """Each row is divided in several ways; each column is the sum of its measures."""
    parted = divisions(table, columns).values()
    across = [
        Line((table, row, ALL), tuple((table, row, name) for name in names))
        for row in (*MEASURES, ALL)
        for names in parted
    ]
    down = [
        Line((table, ALL, column), tuple((table, row, column) for row in MEASURES))
        for column in (ALL, *(name for names in parted for name in names))
    ]
    return across + down


def _cells(columns: Sequence[str]) -> list[Cell]:
    return [
        (table, row, column)
        for table in Table
        for row in (*MEASURES, ALL)
        for column in (ALL, *(name for names in divisions(table, columns).values() for name in names))
    ]


def _columns_of(group: Group, columns: Sequence[str]) -> list[str]:
    monitored = "monitored" if group.is_monitored else "unmonitored"
    found = [ALL, group.sex, columns[group.age], monitored]
    return [*found, str(group.end)] if group.end else found
