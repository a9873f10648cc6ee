"""A trial of a file that somebody in the institution gave; its rows are no longer kept."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock
from core.auth import Role
from files import numbers, posting, row
from inmates.intake.tables import import_chunks, import_rows, imports


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    who = await user(engine, f"importing-{next(numbers)}", role=Role.REGISTRAR)
    await posting(engine, who, made["institution_id"])
    given = {"kind": "people", "digest": f"{next(numbers):064x}", "name": "namuna.csv", "is_trial": True}
    seen = {"heading": ["number"], "columns": {"number": 0}, "ended_at": clock.now(), "made_by": who}
    ident = await row(engine, imports, **given, **seen)
    await row(engine, import_chunks, import_id=ident, number=0, rows=1, stored=1, done_at=clock.now())
    await row(engine, import_rows, import_id=ident, row=2, state="stored", notes=[])
    return {"import_id": ident}
