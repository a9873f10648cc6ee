"""Wakes relatives' devices: the keeper's round over those for whom something is new."""

import asyncio
import logging
from typing import Final

import httpx

from core import clock, db
from core.sealing import Keys
from core.settings import Settings
from messaging.mobile.push import service
from messaging.mobile.push.web import WebPush

EVERY_S: Final = 2.0
log = logging.getLogger("push")


async def rounds(loaded: Settings) -> None:
    """Nothing where nobody answers for pushes (`EJAZO_PUSH_CONTACT`)."""
    engine, keys = db.engine(loaded.database_url), Keys(loaded.keys)
    try:
        async with httpx.AsyncClient() as http:
            pusher = WebPush(http, keys, contact=loaded.push_contact) if loaded.push_contact else None
            while True:
                if pusher and (woken := await service.wake(engine, keys, pusher=pusher, now=clock.now())):
                    log.info("woken", extra={"devices": woken})
                await asyncio.sleep(EVERY_S)
    finally:
        await engine.dispose()
