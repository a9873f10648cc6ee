"""The watch over those who complained: what was done to them in the time that the law gives, and by whom."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from inmates.legality import rules, service, store_watch
from inmates.legality.model import ComplaintId, Grievance, Watched

MOST = 50


async def watch(
    conn: AsyncConnection, caller: Caller, *, before: ComplaintId | None, most: int
) -> tuple[Sequence[Watched], ComplaintId | None]:
    """A page, newest complaint first, and where the next one begins; the reading is recorded."""
    await audit.record(
        conn,
        caller.user,
        action=Permission.OVERSIGHT_READ,
        subject_kind="legality",
        detail={"part": "watch"},
    )
    most = min(most, MOST)
    found = await store_watch.grievances(conn, caller.user, before=before, most=most + 1)
    page = [await _watched(conn, one) for one in found[:most]]
    return page, found[most - 1].id if len(found) > most else None


async def _watched(conn: AsyncConnection, one: Grievance) -> Watched:
    deeds = await store_watch.deeds_to(conn, one.person_id, since=one.made_at)
    who = one.against.union(*(deed.actors for deed in deeds))
    postings = await store_watch.postings_of(conn, who)
    return rules.watched(one, deeds, postings=postings, law=service.law(one.made_at))
