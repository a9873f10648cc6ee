"""The health compartment; sealed with keys of no installation, so that pages meet what they cannot open."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.auth import Caller, Role
from core.model import PersonId, UserId
from core.sealing import Keys
from inmates.health import service, store
from inmates.health.model import Kind, Limit

numbers = count(1)


def caller(who: UserId, role: Role) -> Caller:
    return Caller(who, "test", role, "Test", "en", b"")


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    whom, now = PersonId(made["person_id"]), clock.now()
    by = caller(await user(engine, f"physician-{next(numbers)}", role=Role.DOCTOR), Role.ADMINISTRATOR)
    with TemporaryDirectory() as folder:
        keys = Keys(Path(folder))
        async with db.transaction(engine) as conn:
            due = await service.appoint(conn, keys, caller=by, person=whom, due_at=now, purpose="dressing")
            limits = [Limit(Kind.LIGHT_WORK, now)]
            await service.find(conn, keys, caller=by, person=whom, text="back", limits=limits)
            decided = (await store.consequences_of(conn, [whom]))[whom]
    return {"appointment_id": due, "consequence_id": decided[0].id}
