"""A certified copy."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.auth import Role
from core.model import PersonId
from files import numbers
from inmates.handover import rules, store
from inmates.handover.model import Purpose

CONTENT = (
    '{"format":"ejazo-file","kept_apart":"","language":"en","made_at":"2026-11-27T00:00:00+00:00","made_by":"C",'
    '"person":{"born_on":"1990-05-01","given_name":"Namuna","number":"1","patronymic":"","surname":"A"},"sections":{}}'
)


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    by = await user(engine, f"certifier-{next(numbers)}", role=Role.REGISTRAR)
    async with db.transaction(engine) as conn:
        certificate = await store.add(
            conn,
            PersonId(made["person_id"]),
            number=rules.number(clock.today(), f"{next(numbers):08x}"),
            purpose=Purpose.REQUEST,
            content=CONTENT,
            digest=rules.digest(CONTENT),
            made_at=clock.now(),
            by=by,
        )
    return {"certificate_id": certificate}
