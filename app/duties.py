"""What the keeper looks for in the records: devices that track without an order, or are on bodies in vain."""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, db
from core.settings import Settings
from geofence import bracelets
from inmates.legality import rules, service
from inmates.legality.model import Breach
from inmates.supervision.service import rounds as supervision
from tracking.store import unfounded

log = logging.getLogger("duties")


async def flag_untimely(conn: AsyncConnection) -> int:
    """Each wearing once, however often it is found; how many are new."""
    now = clock.now()
    held, made = service.law(now), 0
    for wearing, person in await unfounded.without_order(conn, now):
        found = rules.finding(
            Breach.EXPIRED_ORDER_TRACKED, person, subject_kind="wearing", subject=wearing, at=now, law=held
        )
        made += await service.flag(conn, found, at=now, held=held) is not None
    return made


async def rounds(loaded: Settings, *, every_s: float) -> None:
    engine = db.engine(loaded.database_url)
    try:
        while True:
            async with db.transaction(engine) as conn:
                made = await flag_untimely(conn)
            async with db.transaction(engine) as conn:
                worn = await supervision.go(conn, bracelets)
            log.info("looked", extra={"flags": made, "to_take_off": worn})
            await asyncio.sleep(every_s)
    finally:
        await engine.dispose()
