"""The only place that asks what time it is."""

from datetime import UTC, datetime

from core.times import from_us, to_us

__all__ = ["from_us", "now", "now_us", "to_us"]


def now() -> datetime:
    return datetime.now(UTC)


def now_us() -> int:
    return to_us(now())
