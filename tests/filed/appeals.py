"""Appeals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.auth import Role
from core.model import PersonId
from files import numbers, posting, row
from inmates.exclusions.tables import deputies
from messaging.appeals import service
from messaging.appeals.model import Applicant, ApplicantKind, Draft, Kind
from messaging.appeals.paper import uuid7


def draft(person: PersonId | None = None, **values: Any) -> Draft:
    """Of a relative about somebody, electronic and ordinary."""
    said: dict[str, Any] = {
        "client_id": uuid7(clock.now()),
        "kind": Kind.ARIZA,
        "applicant": Applicant(ApplicantKind.OUTSIDER, name="Namuna Karimova"),
        "subject": "Uchrashuv (namuna)",
        "body": "Uchrashuvga ruxsat soʻrayman.",
        "about": person,
    }
    return Draft(**(said | values))


async def filed(engine: AsyncEngine, whom: PersonId | None = None, **values: Any) -> service.Filed:
    async with db.transaction(engine) as conn:
        return await service.submit(conn, draft(whom, **values))


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    """About the person, at the desk of the institution where they stay."""
    found = await filed(engine, PersonId(made["person_id"]))
    return {"appeal_id": found.appeal.id, "deputy_id": await deputy(engine, made["institution_id"])}


async def deputy(engine: AsyncEngine, where: int) -> int:
    """One of those posted there acts for another."""
    one, other = [await user(engine, f"stand-in-{next(numbers)}", role=Role.UNIT_HEAD) for _ in range(2)]
    await posting(engine, one, where)
    during = Range(clock.now() - timedelta(days=1), None)
    return await row(engine, deputies, user_id=one, for_user_id=other, during=during, named_by=other)
