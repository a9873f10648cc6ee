"""Early-warning flags."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import clock, db
from core.model import PersonId, UserId
from inmates.flags import service
from inmates.flags.model import Input
from inmates.flags.sources import Source


def always(*days_ago: int) -> Source:
    async def source(
        _conn: AsyncConnection, _person: PersonId, *, since: date, until: date
    ) -> Sequence[date] | None:
        days = (clock.today() - timedelta(days=n) for n in days_ago)
        return [day for day in days if since <= day <= until]

    return source


async def flag(engine: AsyncEngine, whom: PersonId, by: UserId | None = None) -> int:
    """Three sanctions and a screen: 16 points, of which nothing else is known."""
    sources = {
        Input.SANCTIONS: always(1, 2, 3),
        Input.SCREEN_CONTACT: always(4),
        Input.INCIDENTS: always(),
        Input.INCENTIVES: always(),
    }
    async with db.transaction(engine) as conn:
        raised = await service.raise_for(conn, sources, person=whom, by=by)
    assert raised.flag
    return raised.flag


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    return {"flag_id": await flag(engine, PersonId(made["person_id"]))}
