"""Terms and hours put together from columns: what is equal becomes one object."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import numpy as np

from core.columns import FOREVER_US, Columns
from core.model import OrderId
from geofence.model import (
    Absence,
    ConditionId,
    ConditionKind,
    DayException,
    Hours,
    Shape,
    Term,
    Window,
    ZoneId,
)

KINDS: Final = (
    ConditionKind.EXCLUSION,
    ConditionKind.INCLUSION,
    ConditionKind.CURFEW,
    ConditionKind.BOUNDARY,
)
TERM: Final = ("id", "order", "zone", "version", "kind", "condition", "since", "until")
EXCEPTION: Final = ("condition", "day", "starts", "ends")
FIRST_DAY: Final = date(1970, 1, 1).toordinal()
NONE: Final[tuple[Absence, ...]] = ()


def made(
    rows: Columns,
    *,
    shapes: Mapping[tuple[int, int], Shape],
    hours: Mapping[int, Hours],
    absences: Mapping[int, tuple[Absence, ...]],
) -> list[Term]:
    listed = (rows[name].tolist() for name in TERM)
    return [
        Term(
            ConditionId(condition),
            OrderId(order),
            ZoneId(zone),
            version,
            KINDS[kind - 1],
            shapes[zone, version],
            hours[ident],
            since,
            None if until == FOREVER_US else until,
            absences.get(ident, NONE),
        )
        for ident, order, zone, version, kind, condition, since, until in zip(*listed, strict=True)
    ]


def weekly(rows: Columns) -> dict[int, tuple[Window, ...]]:
    order = np.lexsort((rows["starts"], rows["weekday"], rows["condition"]))
    packed = np.stack([rows[name][order] for name in ("weekday", "starts", "ends")], axis=1)
    one: dict[bytes, tuple[Window, ...]] = {}
    found = {}
    for condition, a, b in runs(rows["condition"][order]):
        key = packed[a:b].tobytes()
        if key not in one:
            one[key] = tuple(Window(*row) for row in packed[a:b].tolist())
        found[condition] = one[key]
    return found


def exceptions(rows: Columns) -> dict[int, tuple[DayException, ...]]:
    """Rows without a window say that the day is free; with others of the same day they add nothing."""
    windows: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    listed = zip(*(rows[name].tolist() for name in EXCEPTION), strict=True)
    for condition, day, starts, ends in sorted(listed):
        of_day = windows[condition, day]
        if starts >= 0 and ends >= 0:
            of_day.append((starts, ends))
    days: dict[int, list[DayException]] = defaultdict(list)
    for (condition, day), of_day in windows.items():
        days[condition].append(DayException(date.fromordinal(FIRST_DAY + day), tuple(of_day)))
    return {condition: tuple(exceptions) for condition, exceptions in days.items()}


def runs(values: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Each value of a sorted column, and where its run begins and ends."""
    found, firsts = np.unique(values, return_index=True)
    bounds = [*firsts.tolist(), len(values)]
    yield from zip(found.tolist(), bounds, bounds[1:], strict=False)
