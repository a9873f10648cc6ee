"""Files of people, custody and writs for tests, and imports of them."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db
from core.auth import Caller, Role
from core.model import UserId
from core.sealing import Keys
from files import numbers, posting
from inmates.intake import service
from inmates.intake.model import Import, Kind
from inmates.intake.service import working
from inmates.intake.tables import import_rows

PEOPLE = ("number", "surname", "given_name", "patronymic", "sex", "born_on", "pinfl", "another person")
CUSTODY = (
    "number",
    "institution",
    "admitted_at",
    "act_number",
    "authority",
    "act_on",
    "reasons",
    "released_at",
)
WRITS = ("number", "writ", "issuer", "issued_on", "creditor", "writ_kind", "total", "share", "since")


def sheet(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows([heading, *rows])
    return text.getvalue().encode()


def workbook(heading: Sequence[Any], rows: Sequence[Sequence[Any]]) -> bytes:
    book, file = Workbook(), BytesIO()
    page = book.worksheets[0]
    for row in [heading, *rows]:
        page.append(list(row))
    book.save(file)
    return file.getvalue()


async def office(engine: AsyncEngine, where: int, role: Role = Role.REGISTRAR) -> Caller:
    """Somebody of this institution who has a file."""
    login = f"office-{next(numbers)}"
    who = await user(engine, login, role=role)
    await posting(engine, who, where)
    return Caller(UserId(who), login, role, login, "en", b"")


async def begun(
    engine: AsyncEngine, keys: Keys, caller: Caller, kind: Kind, data: bytes, **said: Any
) -> Import:
    async with db.transaction(engine) as conn:
        begun = await service.begin(
            conn, keys, caller, kind=kind, name="namuna.csv", data=data, is_trial=said.get("is_trial", False)
        )
        return begun.found


async def imported(
    engine: AsyncEngine, keys: Keys, caller: Caller, kind: Kind, data: bytes, **said: Any
) -> Import:
    made = await begun(engine, keys, caller, kind, data, **said)
    return await working.go(engine, keys, made.id)


async def outcomes(engine: AsyncEngine, made: Import) -> dict[int, tuple[str, list[tuple[str, str]]]]:
    """Of each row: its state, and the column and code of all that is said of it."""
    query = select(import_rows).where(import_rows.c.import_id == made.id).order_by(import_rows.c.row)
    async with engine.begin() as conn:
        return {
            row.row: (row.state, [(note["column"], note["code"]) for note in row.notes])
            for row in await conn.execute(query)
        }


def keys_in(folder: Path) -> Keys:
    return Keys(folder / "keys")
