"""The psychologists' compartment; sealed with keys of no installation: pages meet what they cannot open."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db
from core.auth import Role
from core.model import PersonId
from core.sealing import Keys
from filed.health import caller
from inmates.psychology import service

numbers = count(1)


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    whom = PersonId(made["person_id"])
    who = await user(engine, f"counsellor-{next(numbers)}", role=Role.PSYCHOLOGIST)
    with TemporaryDirectory() as folder:
        async with db.transaction(engine) as conn:
            by = caller(who, Role.ADMINISTRATOR)  # sees everybody, wherever the person stays
            await service.write(conn, Keys(Path(folder)), caller=by, person=whom, text="calm")
    return {}
