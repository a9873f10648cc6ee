"""What tracking and its zones do for an order: they lie above the records, so the application brings them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import DeviceId, OrderId, PersonId
from inmates.supervision.model import Watched, Worn


class Bracelets(Protocol):
    async def put_on(
        self,
        conn: AsyncConnection,
        *,
        device: DeviceId,
        person: PersonId,
        order: OrderId,
        since: datetime,
        until: datetime | None,
    ) -> None: ...

    async def take_off(
        self, conn: AsyncConnection, *, order: OrderId, at: datetime
    ) -> Sequence[DeviceId]: ...

    async def end_conditions(self, conn: AsyncConnection, *, order: OrderId, at: datetime) -> int: ...

    async def worn(self, conn: AsyncConnection, *, order: OrderId) -> Sequence[Worn]: ...

    async def watched(self, conn: AsyncConnection, *, order: OrderId, at: datetime) -> Sequence[Watched]: ...
