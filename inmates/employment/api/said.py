"""What requests about work have in common: months, pages, money."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Protocol, TypeVar

from fastapi import Query
from pydantic import Field, StringConstraints

from inmates.employment.service import MOST

MONTH = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"
Month = Annotated[str, StringConstraints(pattern=MONTH)]
"""2026-10"""
AskedMonth = Annotated[str | None, Query(pattern=MONTH, description="2026-10; without it, the newest")]
WantedMonth = Annotated[str, Query(pattern=MONTH, description="2026-10")]
Most = Annotated[int, Query(ge=1, le=MOST)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2100, 1, 1))]
Som = Annotated[int, Field(ge=0, le=10**12, description="Whole so'm")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def page(rows: Sequence[Row], most: int) -> tuple[Sequence[Row], int | None]:
    """The rows of a page, and where the next begins; `rows` holds one more where there is one."""
    shown = rows[:most]
    return shown, shown[-1].id if len(rows) > most else None
