"""The rounds of the escalation ladder: who is told when nobody answers a card."""

import asyncio
import logging

from core import db
from core.settings import Settings
from geofence.incidents import escalation

log = logging.getLogger("ladder")


async def rounds(loaded: Settings, *, every_s: float) -> None:
    engine = db.engine(loaded.database_url)
    try:
        while True:
            async with db.transaction(engine) as conn:
                told = await escalation.climb(conn)
            if told:
                log.info("told", extra={"count": told})
            await asyncio.sleep(every_s)
    finally:
        await engine.dispose()
