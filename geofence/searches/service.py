"""Searches that were made, read again: as they were answered then, not asked anew."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import NotFound
from geofence.searches import store
from geofence.searches.model import Run, SearchId
from inmates.service import within

MOST = 50


async def listed(
    conn: AsyncConnection, caller: Caller, *, before: SearchId | None = None
) -> tuple[list[Run], SearchId | None]:
    """Own ones, and those that named one of the caller's people; and where the next page begins."""
    found = await store.runs(conn, within(caller), before=before, most=MOST + 1)
    page = found[:MOST]
    return page, page[-1].id if len(found) > MOST else None


async def opened(conn: AsyncConnection, caller: Caller, *, search: SearchId) -> Run:
    """The reading is recorded, and of each person shown that where they were was read."""
    found = await store.run(conn, within(caller), search=search)
    if found is None:
        raise NotFound
    detail = {"part": "record", "found": len(found.named)}
    await audit.record(
        conn,
        caller.user,
        action=Permission.NEARBY_SEARCH,
        subject_kind="search",
        subject=search,
        detail=detail,
    )
    people = sorted({one.person for one in found.named})
    if people:
        deeds = [(person, {"part": "nearby", "search": search}) for person in people]
        await audit.record_many(
            conn, caller.user, action=Permission.TRACK_READ, subject_kind="person", deeds=deeds
        )
    return found
