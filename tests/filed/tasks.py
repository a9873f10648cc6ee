"""Tasks."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock, db
from core.auth import Role
from core.model import PersonId
from inmates.tasks import store
from inmates.tasks.model import Wanted


async def task(engine: AsyncEngine, whom: PersonId, role: Role = Role.OFFICER, *, subject: int = 1) -> int:
    wanted = Wanted(whom, "look", role, clock.now(), "person", subject)
    async with db.transaction(engine) as conn:
        return await store.add(conn, wanted) or 0


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    return {"task_id": await task(engine, PersonId(made["person_id"]))}
