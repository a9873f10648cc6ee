"""A rule that another officer has proposed for the person's order."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import db
from core.model import OrderId
from files import numbers
from geofence.proposals.model import Target
from geofence.proposals.store import proposals as store
from proposing import content


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    author = await user(engine, f"author-{next(numbers)}")
    target = Target(OrderId(made["order_id"]))
    async with db.transaction(engine) as conn:
        ident = await store.add(conn, author, target=target)
        await store.add_version(conn, author, proposal=ident, number=1, content=content())
    return {"proposal_id": ident}
