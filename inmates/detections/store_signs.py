"""Sign-ins and the networks they came from, as the audit has them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import UserId
from core.tables import audit
from inmates.detections.model import SignIn


async def sign_ins(conn: AsyncConnection, *, since: datetime, until: datetime) -> Sequence[SignIn]:
    """Those that say where they came from."""
    read = audit.c
    network = read.detail["network"].astext
    query = select(read.user_id, read.at, network).where(
        read.action == "session:start",
        read.at >= since,
        read.at < until,
        read.user_id.is_not(None),
        network.is_not(None),
    )
    return [SignIn(UserId(row[0]), row[1], row[2]) for row in await conn.execute(query)]
