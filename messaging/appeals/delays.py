"""The public board of delays: counts by region, in time and late; what is fewer than five is not said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core.disclosure import LEAST
from messaging.appeals.store import board


@dataclass(frozen=True, slots=True)
class Region:
    """Three counts that do not overlap; None: fewer than `LEAST`."""

    region: str
    """Four digits of SOATO; 1700: of no region."""
    in_time: int | None
    late: int | None
    long_late: int | None
    """For more than five days."""

    @property
    def counts(self) -> dict[str, int | None]:
        return {"in_time": self.in_time, "late": self.late, "long_late": self.long_late}


async def delays(conn: AsyncConnection, *, now: datetime) -> Sequence[Region]:
    """Of appeals that wait for an answer of the service."""
    return [
        Region(region, *(count if count >= LEAST else None for count in counts))
        for region, *counts in await board.waiting(conn, now)
    ]
