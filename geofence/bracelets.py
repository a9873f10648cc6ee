"""What the record of an order asks of tracking and its zones: `inmates.supervision.bracelets`, done here.

A wearing under an order ends with the order from the beginning: the worker drops what is taken later without
looking at any order (docs/records.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, NotFound
from core.model import DeviceId, OrderId, PersonId
from geofence.model import ConditionKind
from geofence.store import zones as store
from inmates.supervision.kinds import ObligationKind
from inmates.supervision.model import Watched, Worn
from tracking.store import wearings

STANDS_FOR: Final = {
    ConditionKind.CURFEW: ObligationKind.HOME_HOURS,
    ConditionKind.INCLUSION: ObligationKind.HOME_HOURS,
    ConditionKind.EXCLUSION: ObligationKind.PLACES,
    ConditionKind.BOUNDARY: ObligationKind.TERRITORY,
}


class DeviceWorn(Conflict):
    """Somebody wears it in that time."""

    code: ClassVar[str] = "device_worn"


async def put_on(
    conn: AsyncConnection,
    *,
    device: DeviceId,
    person: PersonId,
    order: OrderId,
    since: datetime,
    until: datetime | None,
) -> None:
    if not await wearings.exists(conn, device):
        raise NotFound
    if await wearings.is_worn(conn, device, since=since, until=until):
        raise DeviceWorn
    await wearings.put_on(conn, device, person=person, order=order, since=since, until=until)


async def take_off(conn: AsyncConnection, *, order: OrderId, at: datetime) -> Sequence[DeviceId]:
    return await wearings.take_off(conn, order, at=at)


async def end_conditions(conn: AsyncConnection, *, order: OrderId, at: datetime) -> int:
    """How many there were."""
    return await store.end_conditions(conn, order, at=at)


async def worn(conn: AsyncConnection, *, order: OrderId) -> Sequence[Worn]:
    return [Worn(*row) for row in await wearings.under(conn, order)]


async def watched(conn: AsyncConnection, *, order: OrderId, at: datetime) -> Sequence[Watched]:
    """Which zones stand for which obligations."""
    return [Watched(STANDS_FOR[kind], name) for kind, name in await store.zones_of(conn, order, at=at)]
