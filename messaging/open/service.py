"""Months of appeals for everybody, and the cards of units for those who answer for them."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, disclosure, open_months
from core.auth import Caller, Permission
from core.errors import NotFound
from core.sealing import Keys
from messaging.appeals.model import Topic
from messaging.appeals.service import reader
from messaging.open import rules, store
from messaging.open.model import About, Card, Line, Rated

COLUMNS = ("received", *rules.PARTS["kind"], *rules.PARTS["clock"])
PURPOSE = "open-data"
CARD_DAYS = 365


async def months(conn: AsyncConnection) -> list[date]:
    """Those that nothing changes any more, newest first."""
    return open_months.settled_since(await store.first_month(conn), clock.today())


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


async def topics(conn: AsyncConnection, keys: Keys, *, month: date) -> list[About]:
    """All first, then by what they are about."""
    if month not in await months(conn):
        raise NotFound
    counted = dict.fromkeys(map(str, Topic), 0) | await store.topics(conn, month)
    key = keys.blind(PURPOSE, month.isoformat())
    return [
        About(month, name, None if count is None else disclosure.rounded(count, key, cell=_cell(name)))
        for name, count in rules.topics(counted).items()
    ]


def _cell(topic: str) -> str:
    """All topics together are the country's `received`, and rounded like it."""
    return f"topic/{topic}" if topic else "/received"


async def ratings(conn: AsyncConnection, caller: Caller) -> Sequence[Rated]:
    """Of the last year, of what the caller may read."""
    return await store.ratings(conn, reader(caller), since=clock.now() - timedelta(days=CARD_DAYS))


async def cards(conn: AsyncConnection, caller: Caller) -> Sequence[Card]:
    """Of the last year, by unit, of what the caller may read."""
    since = clock.now() - timedelta(days=CARD_DAYS)
    found = await store.cards(conn, reader(caller), since=since)
    await audit.record(
        conn, caller.user, action=Permission.APPEAL_HEAD, subject_kind="appeal", detail={"part": "cards"}
    )
    return found
