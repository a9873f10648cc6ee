"""Kinds of values that requests of the record carry."""

from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field, NaiveDatetime, StringConstraints

from core.fields import WITHOUT_NUL

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)

Words = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=WITHOUT_NUL, strip_whitespace=True)
]
Note = Annotated[str, StringConstraints(max_length=2000, pattern=WITHOUT_NUL, strip_whitespace=True)]
Moment = Annotated[AwareDatetime, Field(ge=EARLIEST)]
"""With its offset: an hour without one is no hour."""
Wall = Annotated[NaiveDatetime, Field(ge=EARLIEST.replace(tzinfo=None))]
"""As the clock on the wall here shows it: what a page's form says."""
Day = Annotated[date, Field(ge=EARLIEST.date())]
