"""Working through files that wait, one after the other: in the keeper, and for the command at a terminal."""

import asyncio
import logging
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from core import db
from core.sealing import Keys
from core.settings import Settings
from inmates.intake import store
from inmates.intake.model import Import, ImportId
from inmates.intake.service import working

LOOK_S: Final = 1.0
log = logging.getLogger("imports")


async def rounds(loaded: Settings) -> None:
    """Whatever was given and not finished, from whichever row on."""
    engine, keys = db.engine(loaded.database_url), Keys(loaded.keys)
    try:
        while True:
            await once(engine, keys)
            await asyncio.sleep(LOOK_S)
    finally:
        await engine.dispose()


async def once(engine: AsyncEngine, keys: Keys) -> None:
    async with db.transaction(engine) as conn:
        waiting = await store.waiting(conn)
    for ident in waiting:
        try:
            done = await working.go(engine, keys, ident)
        except working.Busy:
            continue
        counts = {"import": ident, "stored": done.counts.stored, "wrong": done.counts.wrong}
        log.info("imported", extra=counts)


async def through(engine: AsyncEngine, keys: Keys, ident: ImportId, *, told: working.Told) -> Import:
    """Worked through here, or watched while somebody else does."""
    while True:
        try:
            return await working.go(engine, keys, ident, told=told)
        except working.Busy:
            await asyncio.sleep(LOOK_S)
        async with db.transaction(engine) as conn:
            told(await working.known(conn, ident))
