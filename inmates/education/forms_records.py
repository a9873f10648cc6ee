"""What files of records say and hear over HTTP."""

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import BaseModel, Field

from core.sheets import Wrong
from inmates.education import records


class RecordsGiven(BaseModel):
    csv: Annotated[str, Field(max_length=4_000_000)]


class WrongRow(BaseModel):
    row: int
    column: str
    code: str
    detail: str


class RecordsTaken(BaseModel):
    taken: int
    total: int
    errors: list[WrongRow]

    @classmethod
    def of(cls, taken: records.Taken, *, say: Callable[[Wrong], str]) -> Self:
        errors = [
            WrongRow(row=one.row, column=one.column, code=one.code, detail=say(one)) for one in taken.wrong
        ]
        return cls(taken=taken.rows, total=taken.total, errors=errors)
