"""Giving devices keys and ending them, what officers see of it, and asking somebody to look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Role
from core.model import DeviceId
from core.sealing import Keys
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from tracking import desk
from tracking.seals import keeping
from tracking.seals.model import Demand, Enrolled, NoKey, Standing, TooManyKeys
from tracking.seals.rules import POLICY, Policy
from tracking.seals.store import keys as store

NUMBERS: Final = 255
OVERLAP: Final = timedelta(days=7)
"""So long what was sealed with the old key may still be on its way."""
DAY: Final = timedelta(days=1)
SHOWN: Final = 50
"""Breaks of one answer."""
REPLACED: Final = "replaced"


async def enrol(
    conn: AsyncConnection, keys: Keys, *, device: DeviceId, demand: Demand | None, now: datetime
) -> Enrolled:
    """A key, handed out this once. One in force stays for a week; a first one is demanded unless told
    otherwise."""
    await store.lock(conn, device)
    held = await store.held(conn, device)
    number = held[-1].number + 1 if held else 1
    if number > NUMBERS:
        raise TooManyKeys
    made = Enrolled(number, keeping.new())
    sealed = keeping.sealed(keys, made.key, device=device, number=number)
    await store.add(conn, device, number=number, sealed=sealed, at=now)
    endless = [one.number for one in held if one.ends_at is None]
    await store.end(conn, device, numbers=endless, ends_at=now + OVERLAP, why=REPLACED)
    if demand or not held:
        await store.demanded(conn, device, demand=demand or Demand.REQUIRED)
    await _recorded(conn, device, action="device:key", detail={"number": number})
    return made


async def end(conn: AsyncConnection, *, device: DeviceId, why: str, now: datetime) -> int:
    """All keys that are in force, at once; how many."""
    numbers = [one.number for one in await store.held(conn, device) if not one.ends_at or one.ends_at > now]
    await store.end(conn, device, numbers=numbers, ends_at=now, why=why)
    if numbers:
        await _recorded(conn, device, action="device:key_end", detail={"numbers": numbers}, why=why)
    return len(numbers)


async def ask(conn: AsyncConnection, *, device: DeviceId, demand: Demand) -> None:
    if not await store.held(conn, device):
        raise NoKey
    await store.demanded(conn, device, demand=demand)
    await _recorded(conn, device, action="device:seal_demand", detail={"demand": demand.value})


async def keyless(conn: AsyncConnection) -> Sequence[tuple[DeviceId, str]]:
    """Devices of our own protocol that never had a key, with their serial numbers."""
    return await store.keyless(conn)


async def read(conn: AsyncConnection, caller: Caller, *, device: DeviceId) -> Standing:
    """Within the caller's people only."""
    await desk.device(conn, caller, device=device)
    return await standing(conn, device)


async def standing(conn: AsyncConnection, device: DeviceId) -> Standing:
    return Standing(
        await store.demand(conn, device),
        tuple(await store.held(conn, device)),
        tuple(await store.recorded(conn, device, most=SHOWN)),
    )


async def look(conn: AsyncConnection, *, now: datetime, policy: Policy = POLICY) -> int:
    """What repeated within a day becomes a task of those who keep devices; how many new ones."""
    made = 0
    for device, kind, count in await store.many(conn, since=now - DAY, least=dict(policy.alarm)):
        day = now.astimezone(clock.HERE).date()
        if await store.alarm(conn, device, kind=kind, day=day, count=count) is None:
            continue
        made += 1
        wanted = Wanted(
            None, f"seal_{kind}", Role.ADMINISTRATOR, now + policy.answer, "device", device, is_urgent=True
        )
        await tasks.add(conn, wanted)
        await _recorded(conn, device, action="seal:alarm", detail={"kind": kind.value, "count": count})
    return made


async def _recorded(
    conn: AsyncConnection, device: DeviceId, *, action: str, detail: dict[str, object], why: str | None = None
) -> None:
    await audit.record(
        conn, None, action=action, subject_kind="device", subject=device, detail=detail, why=why
    )
