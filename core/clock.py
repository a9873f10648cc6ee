"""The only place that asks what time it is."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    return datetime.now(UTC)


def now_us() -> int:
    return to_us(now())


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exact (floats lose the last digits)."""
    return (moment - EPOCH) // MICROSECOND


def from_us(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)
