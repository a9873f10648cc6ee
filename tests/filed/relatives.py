"""A relative who is signed in, and what they keep."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core import db
from core.kin import Relative
from core.sealing import Keys
from messaging.mobile import service
from messaging.relatives.accounts.tables import handsets
from related import enrolled, signed_in
from simulators.relatives.handset import uuid7


async def everything(engine: AsyncEngine, _made: Mapping[str, int]) -> dict[str, int]:
    """Sealed with keys of its own: who shows it says that it cannot be opened."""
    keys = Keys(Path(mkdtemp(prefix="ejazo-keys-")))
    who = await enrolled(engine, keys)
    await signed_in(engine, who)
    async with db.transaction(engine) as conn:
        query = select(handsets.c.id).where(handsets.c.relative_id == who)
        handset = (await conn.execute(query)).scalar_one()
        relative = Relative(who, handset, frozenset())
        draft = await service.add_draft(conn, keys, relative, client_id=uuid7(), body="salom")
    return {"relative_id": who, "handset_id": handset, "draft_id": draft.id}
