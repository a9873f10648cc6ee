"""The only place that asks what time it is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.times import from_us, to_us

__all__ = ["from_us", "now", "now_us", "to_us"]

HERE: Final = ZoneInfo("Asia/Tashkent")
"""Where days begin: legal days and the days of the screens are local."""


def now() -> datetime:
    return datetime.now(UTC)


def now_us() -> int:
    return to_us(now())


def today() -> date:
    return now().astimezone(HERE).date()


def here(at: datetime) -> datetime:
    """What says no offset, as a form's moment, is said here."""
    return at if at.tzinfo else at.replace(tzinfo=HERE)


def local_day(on: date) -> tuple[datetime, datetime]:
    """From local midnight to the next, in UTC."""
    since, until = (datetime.combine(day, time(), HERE) for day in (on, on + timedelta(days=1)))
    return since.astimezone(UTC), until.astimezone(UTC)
