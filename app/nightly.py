"""What the keeper does once a local day: computations are compared, flags looked for, trials forgotten."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from app import flagging, known, retention
from core import clock, db
from core.sealing import Keys
from core.settings import Settings
from inmates.intake import store as imports
from inmates.sentences import service
from messaging.mobile import service as mobile
from messaging.mobile.push import store as pushes
from messaging.mobile.uploads import store as uploads
from messaging.relatives.accounts import service as accounts

ROUND_S: Final = 300.0
TRIALS_KEPT: Final = timedelta(days=7)
"""The rows of a file that was only tried."""
log = logging.getLogger("nightly")


async def rounds(loaded: Settings) -> None:
    """Soon after midnight, and when the keeper starts."""
    engine, done = db.engine(loaded.database_url), None
    try:
        while True:
            today = clock.today()
            if today != done:
                async with db.transaction(engine) as conn:
                    made = await service.remind(conn, now=clock.now())
                    await imports.forget(conn, before=clock.now() - TRIALS_KEPT)
                async with db.transaction(engine) as conn:
                    await accounts.sweep(conn, now=clock.now())
                    await mobile.sweep(conn, now=clock.now())
                    await uploads.sweep(conn, before=clock.now())
                    await retention.run(conn, now=clock.now())
                    await pushes.sweep(conn, now=clock.now())
                raised = await flagging.look_at_everybody(engine, known.sources(Keys(loaded.keys)))
                log.info("sentences compared", extra={"tasks": made, "flags": raised})
                done = today
            await asyncio.sleep(ROUND_S)
    finally:
        await engine.dispose()
