"""A rule that another officer has proposed for the order, whole days of one, and an absence to come."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db
from core.model import OrderId
from files import numbers, row
from geofence.proposals.model import Target
from geofence.proposals.store import proposals as store
from geofence.tables import absences, hours
from proposing import content


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    author = await user(engine, f"author-{next(numbers)}")
    target = Target(OrderId(made["order_id"]))
    async with db.transaction(engine) as conn:
        ident = await store.add(conn, author, target=target)
        await store.add_version(conn, author, proposal=ident, number=1, content=content())
    for day in range(7):
        whole = {"weekday": day, "starts": 0, "ends": 1440}
        await row(engine, hours, condition_id=made["condition_id"], **whole)
    away = clock.now() + timedelta(days=30)
    leave = {"during": Range(away, away + timedelta(hours=1)), "reason": "shifokor", "granted_by": author}
    absence = await row(engine, absences, condition_id=made["condition_id"], **leave)
    return {"proposal_id": ident, "absence_id": absence}
