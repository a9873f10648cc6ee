"""Months of electronic monitoring for everybody."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, disclosure, open_months
from core.calendar import months_after
from core.errors import NotFound
from core.sealing import Keys
from geofence.model import BreachKind, Outcome
from geofence.open import rules, store
from geofence.open.model import Line, Part
from inmates.model import OrderKind

PURPOSE: Final = "open-data"
MEDIAN: Final = "median_minutes"


async def months(conn: AsyncConnection) -> list[date]:
    """Those that nothing changes any more, newest first."""
    return open_months.settled_since(await store.first_day(conn), clock.today())


async def monthly(conn: AsyncConnection, keys: Keys, *, month: date) -> list[Line]:
    if month not in await months(conn):
        raise NotFound
    after = months_after(month, 1)
    since, until = clock.local_day(month)[0], clock.local_day(after)[0]
    as_of = clock.local_day(open_months.settles_on(month))[0]
    orders = await store.orders_by_kind(conn, since=month, until=after, as_of=as_of)
    alerts = await store.alerts_by_kind(conn, since=since, until=until)
    outcomes = await store.alerts_by_outcome(conn, since=since, until=until, as_of=as_of)
    shown = rules.shown(
        _with_none(OrderKind, orders),
        _with_none(BreachKind, alerts),
        _with_none((*Outcome, store.OPEN), outcomes),
    )
    key = keys.blind(PURPOSE, month.isoformat())
    lines = [
        Line(month, Part(part), name, _rounded(count, key, cell=f"em/{part}/{name}"))
        for (part, name), count in shown.items()
    ]
    answered, minutes = await store.response(conn, since=since, until=until, as_of=as_of)
    median = rules.median_shown(minutes, answered=answered)
    return [*lines, Line(month, Part.RESPONSE, MEDIAN, median)]


def _with_none(names: Iterable[str], counted: Mapping[str, int]) -> dict[str, int]:
    """Whatever did not happen is counted too: that it did not is hidden like any small number."""
    return dict.fromkeys(map(str, names), 0) | dict(counted)


def _rounded(count: int | None, key: bytes, *, cell: str) -> int | None:
    return None if count is None else disclosure.rounded(count, key, cell=cell)
