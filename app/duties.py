"""What the keeper looks for: what is owed to people, devices without an order or on bodies in vain."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import clock, db, networks
from core.model import PersonId
from core.networks import Network
from core.settings import Settings
from geofence import bracelets
from inmates import store as people
from inmates.detections import service as detections
from inmates.legality import rules
from inmates.legality import service as legality
from inmates.legality.model import Breach
from inmates.rights import service
from inmates.supervision.service import rounds as supervision
from inmates.vetting import service as vetting
from messaging.appeals import rounds as appeals
from tracking.seals import service as seals
from tracking.store import unfounded

MOST: Final = 2000
"""People of one transaction."""
log = logging.getLogger("duties")


async def flag_untimely(conn: AsyncConnection) -> int:
    """Each wearing once, however often it is found; how many are new."""
    now = clock.now()
    held, made = legality.law(now), 0
    for wearing, person in await unfounded.without_order(conn, now):
        found = rules.finding(
            Breach.EXPIRED_ORDER_TRACKED, person, subject_kind="wearing", subject=wearing, at=now, law=held
        )
        made += await legality.flag(conn, found, at=now, held=held) is not None
    return made


async def look_at_everybody(engine: AsyncEngine) -> service.Round:
    """Those who stay in an institution, some thousands a transaction."""
    done, after, now = service.Round(), PersonId(0), clock.now()
    while True:
        async with db.transaction(engine) as conn:
            some = await people.staying(conn, now, after=after, most=MOST)
            if not some:
                return done
            done = done.plus(await service.look(conn, some, now=now))
        after = some[-1]


async def once(engine: AsyncEngine, known: Sequence[Network] = ()) -> service.Round:
    async with db.transaction(engine) as conn:
        flags = await flag_untimely(conn)
    async with db.transaction(engine) as conn:
        worn = await supervision.go(conn, bracelets)
    async with db.transaction(engine) as conn:
        found = await detections.look(conn, now=clock.now(), known=known)
    async with db.transaction(engine) as conn:
        broken = await seals.look(conn, now=clock.now())
    async with db.transaction(engine) as conn:
        await vetting.keep(conn, now=clock.now())
    done = await look_at_everybody(engine)
    told = {"flags": flags, "to_take_off": worn, "detections": found, "seals": broken}
    log.info("looked", extra=told | asdict(done))
    return done


async def climb(engine: AsyncEngine) -> int:
    """The ladder of appeals: some at a time, until nothing is due."""
    told, now = 0, clock.now()
    while True:
        async with db.transaction(engine) as conn:
            some = await appeals.look(conn, now=now)
        told += some
        if not some:
            return told


async def rounds(loaded: Settings, *, every_s: float) -> None:
    engine, known = db.engine(loaded.database_url), networks.read(loaded.networks)
    try:
        while True:
            await once(engine, known)
            log.info("climbed", extra={"told": await climb(engine)})
            await asyncio.sleep(every_s)
    finally:
        await engine.dispose()
