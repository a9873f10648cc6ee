"""The rounds of the escalation ladder: who is told when nobody answers a card."""

import asyncio
import logging
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from core import db
from core.settings import Settings
from geofence.incidents import escalation

A_PIECE: Final = 100
"""Alerts of one transaction: a country that falls silent must not keep the worker from its next batch."""

log = logging.getLogger("ladder")


async def rounds(loaded: Settings, *, every_s: float) -> None:
    engine = db.engine(loaded.database_url)
    try:
        while True:
            if told := await climb(engine):
                log.info("told", extra={"count": told})
            await asyncio.sleep(every_s)
    finally:
        await engine.dispose()


async def climb(engine: AsyncEngine) -> int:
    """Everybody who is due, piece by piece; how many were told."""
    async with db.transaction(engine) as conn:
        seeds = await escalation.due(conn)
    told = 0
    for first in range(0, len(seeds), A_PIECE):
        async with db.transaction(engine) as conn:
            told += await escalation.climb(conn, seeds[first : first + A_PIECE])
    return told
