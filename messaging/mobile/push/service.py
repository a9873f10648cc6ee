"""Subscribing a device, and waking those for whom something is new.

The feed is the outbox: whatever is committed there beyond what a device was told makes it due, so that a push
never goes before the commit and none is lost by a crash. Many changes are one push."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock
from core.compartments import seal, unseal
from core.kin import Relative
from core.model import HandsetId
from core.sealing import Keys
from messaging.mobile.push import rules, store
from messaging.mobile.push.model import Due, Pusher, Tried, Verdict

COMPARTMENT: Final = "relatives"


async def subscribe(conn: AsyncConnection, keys: Keys, relative: Relative, *, endpoint: str) -> None:
    address = rules.endpoint(endpoint, rules.services())
    sealed = seal(keys, COMPARTMENT, address, place=_place(relative.handset))
    await store.subscribe(conn, relative.handset, relative.id, endpoint=sealed, at=clock.now())
    await _recorded(conn, relative, action="relative:push_on")


async def drop(conn: AsyncConnection, relative: Relative) -> None:
    if await store.drop(conn, relative.handset):
        await _recorded(conn, relative, action="relative:push_off")


async def wake(engine: AsyncEngine, keys: Keys, *, pusher: Pusher, now: datetime) -> int:
    """One round; nothing is held while push services are spoken to. How many were woken."""
    async with engine.begin() as conn:
        due = await store.take(conn, now=now, quiet=now - rules.QUIET, until=now + rules.LEASE)
    tried = await asyncio.gather(*(_try(keys, one, pusher) for one in due))
    async with engine.begin() as conn:
        for one, said in zip(due, tried, strict=True):
            await _noted(conn, one, said, now=now)
    return sum(said.verdict is Verdict.WOKEN for said in tried)


async def _try(keys: Keys, due: Due, pusher: Pusher) -> Tried:
    address = unseal(keys, COMPARTMENT, due.endpoint, place=_place(due.handset))
    return Tried(Verdict.GONE) if address is None else await pusher(address)


async def _noted(conn: AsyncConnection, due: Due, said: Tried, *, now: datetime) -> None:
    if said.verdict is Verdict.GONE:
        await store.drop(conn, due.handset)
    elif said.verdict is Verdict.WOKEN:
        await store.woken(conn, due, at=now)
    else:
        pause: timedelta = rules.pause(due.failures, said.after_s)
        await store.failed(conn, due, next_at=now + pause)


async def _recorded(conn: AsyncConnection, relative: Relative, *, action: str) -> None:
    detail = {"handset": relative.handset}
    await audit.record(conn, None, action=action, subject_kind="relative", subject=relative.id, detail=detail)


def _place(handset: HandsetId) -> str:
    return f"relative_pushes.endpoint:{handset}"
