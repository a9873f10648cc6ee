"""Who must hear of a proposal: whoever may publish it, and its authors when somebody else has decided."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller, Permission
from geofence.proposals.model import Notices
from geofence.proposals.store import notices as store
from inmates import service as people

KEPT: Final = timedelta(days=30)
"""A decision nobody looked at is no news any more after that."""
MOST: Final = 50


async def notices(conn: AsyncConnection, caller: Caller, *, now: datetime) -> Notices:
    """Nothing is stored of it: a proposal waits until it ends, an answer until its author opens it."""
    if not caller.may(Permission.RULE_READ):
        return Notices()
    scope, who = people.within(caller), caller.user
    is_second = caller.may(Permission.RULE_PUBLISH)
    return Notices(
        tuple(await store.waiting(conn, scope, user=who, most=MOST)) if is_second else (),
        tuple(await store.answered(conn, who, since=now - KEPT, most=MOST)),
    )
