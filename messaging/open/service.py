"""Months of appeals for everybody, and the cards of units for those who answer for them."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, disclosure
from core.auth import Caller, Permission
from core.calendar import months_after
from core.errors import NotFound
from core.sealing import Keys
from messaging.appeals.service import reader
from messaging.open import rules, store
from messaging.open.model import Card, Line

COLUMNS = ("received", *rules.PARTS["kind"], *rules.PARTS["clock"])
PURPOSE = "open-data"
CARD_DAYS = 365


async def months(conn: AsyncConnection) -> list[date]:
    """Those that nothing changes any more, newest first."""
    first, month, found = await store.first_month(conn), rules.last_settled(clock.today()), []
    while first is not None and month >= first:
        found.append(month)
        month = months_after(month, -1)
    return found


async def monthly(conn: AsyncConnection, keys: Keys, *, month: date) -> list[Line]:
    if month not in await months(conn):
        raise NotFound
    rows = await store.counted(conn, month, at=clock.now())
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for region, kind, how, count in rows:
        parts = counts.setdefault(region, {p: dict.fromkeys(names, 0) for p, names in rules.PARTS.items()})
        parts["kind"][kind] += count
        parts["clock"][how] += count
    shown = rules.protected(counts)
    key = keys.blind(PURPOSE, month.isoformat())
    return [_line(month, region, shown, key) for region in ("", *sorted(counts))]


def _line(month: date, region: str, shown: dict[tuple[str, str], int | None], key: bytes) -> Line:
    values = {}
    for name in COLUMNS:
        count = shown.get((region, name))
        values[name] = None if count is None else disclosure.rounded(count, key, cell=f"{region}/{name}")
    return Line(month, region, values)


async def cards(conn: AsyncConnection, caller: Caller) -> Sequence[Card]:
    """Of the last year, by unit, of what the caller may read."""
    since = clock.now() - timedelta(days=CARD_DAYS)
    found = await store.cards(conn, reader(caller), since=since)
    await audit.record(
        conn, caller.user, action=Permission.APPEAL_HEAD, subject_kind="appeal", detail={"part": "cards"}
    )
    return found
