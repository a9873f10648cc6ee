"""What the bodies of several topics say alike: numbers of rows, texts that can be kept."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field, NaiveDatetime

RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""A row's number in a body, as wide as the column; in a path it is `http.Id`."""
WITHOUT_NUL: Final = r"^[^\x00]*$"
"""A text: PostgreSQL keeps this sign in none."""
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))
]
"""Of acts and people, not of history: arithmetic with it stays within the calendar."""
WallMoment = Annotated[NaiveDatetime, Field(ge=datetime(1900, 1, 1), le=datetime(2199, 12, 31))]  # noqa: DTZ001
"""The same as a form says it, without an offset; see `clock.here`."""
