"""What the bodies of several topics say alike: numbers of rows, texts that can be kept."""

from typing import Annotated, Final

from pydantic import Field

RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""A row's number in a body, as wide as the column; in a path it is `http.Id`."""
WITHOUT_NUL: Final = r"^[^\x00]*$"
"""A text: PostgreSQL keeps this sign in none."""
