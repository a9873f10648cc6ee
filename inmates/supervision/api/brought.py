"""What the application brings to the handlers: the bracelets, and texts in the reader's language."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import HTTPConnection

from core import http
from core.fields import WITHOUT_NUL
from inmates.supervision.bracelets import Bracelets

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=WITHOUT_NUL)
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=WITHOUT_NUL)]
Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=WITHOUT_NUL)
]
"""Of an act or a document."""
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Field(ge=FIRST, le=LAST)]


class Made(BaseModel):
    id: int


def _bracelets(connection: HTTPConnection) -> Bracelets:
    brought: Bracelets = connection.app.state.bracelets
    return brought


def _speaker(connection: HTTPConnection) -> Callable[..., str]:
    say: Callable[..., str] = connection.app.state.texts.speaker(http.language(connection))
    return say


Worn = Annotated[Bracelets, Depends(_bracelets)]
Speaker = Annotated[Callable[..., str], Depends(_speaker)]
