"""Who acts on whose behalf: what is kept from one is kept from the other while it lasts."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid, NotFound
from core.model import UserId
from inmates.exclusions import store
from messaging.appeals.store import people


class DeputyUnfit(Invalid):
    """Not of oneself, and from one moment to a later one."""

    code = "deputy_unfit"


class DeputyKnown(Conflict):
    code = "deputy_known"


async def name(
    conn: AsyncConnection,
    caller: Caller,
    *,
    user: UserId,
    for_user: UserId,
    since: datetime,
    until: datetime | None,
) -> None:
    """By a head for those who work where the head does; oversight for everybody."""
    if user == for_user or (until is not None and until <= since):
        raise DeputyUnfit
    here = await people.places_of(conn, [caller.user], at=clock.now())
    for one in (user, for_user):
        where = await people.places_of(conn, [one], at=clock.now())
        is_known = await people.role_of(conn, one) is not None
        if not is_known or (caller.role is not Role.OVERSIGHT and not where & here):
            raise NotFound
    try:
        async with conn.begin_nested():
            await store.stand_in(conn, user, for_user=for_user, during=Range(since, until), by=caller.user)
    except IntegrityError:
        raise DeputyKnown from None
    await audit.record(
        conn,
        caller.user,
        action=Permission.APPEAL_HEAD,
        subject_kind="user",
        subject=user,
        detail={"for_user": for_user},
    )
