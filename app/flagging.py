"""Early warning at night: everybody who stays somewhere is looked at; what is raised waits for a human."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock, db
from core.model import PersonId
from inmates import store as people
from inmates.flags import service
from inmates.flags.sources import Sources

MOST: Final = 100
"""People of one transaction."""


async def look_at_everybody(engine: AsyncEngine, sources: Sources) -> int:
    """How many flags were raised."""
    raised, after, now = 0, PersonId(0), clock.now()
    while True:
        async with db.transaction(engine) as conn:
            some = await people.staying(conn, now, after=after, most=MOST)
            for person in some:
                raised += await service.look(conn, sources, person=person) is not None
        if not some:
            return raised
        after = some[-1]
