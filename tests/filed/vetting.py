"""A campaign in which an officer of this institution is asked about."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db, rule_sets
from files import numbers, posting
from inmates.vetting import service, store
from inmates.vetting.tables import vetting_items


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    who, now = await user(engine, f"asked-about-{next(numbers)}"), clock.now()
    await posting(engine, who, made["institution_id"])
    async with db.transaction(engine) as conn:
        law = await rule_sets.keep(conn, service.law(now))
        vetting = await store.begin(conn, by=None, at=now, due_on=clock.today(), law=law)
        mine = vetting_items.c.vetting_id == vetting, vetting_items.c.user_id == who
        query = select(vetting_items.c.id).where(*mine).order_by(vetting_items.c.id.desc()).limit(1)
        return {"vetting_item_id": (await conn.execute(query)).scalar_one()}
