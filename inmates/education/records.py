"""Learning records of others as CSV: each row becomes an event, or is named with what is wrong in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, sheets
from core.auth import Caller
from core.errors import Refusal
from core.sheets import Wrong
from inmates.education import service, store
from inmates.education.model import EnrolmentId, Fact, Kind, Reason, Source
from inmates.service import within

MOST: Final = 5_000
"""Rows of one file."""
NAMES: Final = {
    name: f"education.column.{name}"
    for name in (
        "person",
        "course",
        "kind",
        "at",
        "hours",
        "percent",
        "score",
        "number",
        "document",
        "reason",
    )
}
NEEDED: Final = ("person", "course", "kind", "at")


class BadCell(Refusal):
    """Raised for one cell, caught for its row."""

    code = "sheet_bad_cell"
    status = 422

    def __init__(self, column: str, code: str) -> None:
        super().__init__(name=column)
        self.column, self.said = column, code


@dataclass(frozen=True, slots=True)
class Taken:
    rows: int
    """Taken, of all."""
    total: int
    wrong: tuple[Wrong, ...]


async def take(conn: AsyncConnection, caller: Caller, *, text: str, known: Mapping[str, str]) -> Taken:
    """A wrong row loses nothing but itself; the same file again adds nothing."""
    rows = sheets.lines(text)
    _, heading = next(rows, (1, []))
    places = sheets.columns(heading, known, needed=NEEDED)
    given = [(number, sheets.cells(row, places)) for number, row in rows]
    if len(given) > MOST:
        raise sheets.TooManyRows(count=MOST)
    pairs = {(row["person"], row["course"]) for _, row in given if not sheets.suspicious(row)}
    latest = await store.latest(conn, pairs, scope=within(caller)) if pairs else {}
    wrong = [found for number, row in given if (found := await _row(conn, caller, number, row, latest))]
    return Taken(len(given) - len(wrong), len(given), tuple(wrong))


async def _row(
    conn: AsyncConnection,
    caller: Caller,
    number: int,
    row: Mapping[str, str],
    latest: Mapping[tuple[str, str], EnrolmentId],
) -> Wrong | None:
    """What is wrong with it; none: it is an event now."""
    try:
        fact, enrolment = fact_of(row), latest.get((row["person"], row["course"]))
        if enrolment is None:
            return Wrong(number, "person", "not_enrolled")
        await service.add(conn, caller, enrolment=enrolment, fact=fact, source=Source.FILE)
    except BadCell as bad:
        return Wrong(number, bad.column, bad.said)
    except Refusal as refusal:
        return Wrong(number, str(refusal.values.get("name", "")), refusal.code, refusal.values)
    return None


def fact_of(row: Mapping[str, str]) -> Fact:
    """BadCell names the column that cannot be read."""
    found = sheets.suspicious(row)
    if found:
        raise BadCell(*found)
    return Fact(
        kind=_read(row, "kind", Kind, "unknown_value") or _missing("kind"),
        at=_read(row, "at", _moment, "not_a_date") or _missing("at"),
        hours=_read(row, "hours", _decimal(1), "not_a_number"),
        percent=_read(row, "percent", _decimal(2), "not_a_number"),
        score=_read(row, "score", _decimal(4), "not_a_number"),
        number=row.get("number") or None,
        document=(row.get("document") or "").lower() or None,
        reason=_read(row, "reason", Reason, "unknown_value"),
    )


def _missing(name: str) -> Any:
    raise BadCell(name, "missing")


def _read(row: Mapping[str, str], name: str, read: Callable[[str], Any], code: str) -> Any:
    if not row.get(name):
        return None
    try:
        return read(row[name])
    except (ValueError, InvalidOperation, OverflowError):
        raise BadCell(name, code) from None


def _moment(text: str) -> datetime:
    """A day stands for its noon here; a time without a zone is of here."""
    if len(text) == 10:
        day = date.fromisoformat(text) if text[4] == "-" else datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
        return datetime.combine(day, time(12), clock.HERE)
    return clock.here(datetime.fromisoformat(text)).astimezone(UTC)


def _decimal(places: int) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        value = Decimal(text.replace(",", "."))
        if not value.is_finite():
            raise ValueError(text)
        return round(value, places)

    return read
