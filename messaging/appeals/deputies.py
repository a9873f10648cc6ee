"""Who acts on whose behalf: what is kept from one is kept from the other while it lasts."""

from collections.abc import Collection
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


async def listed(conn: AsyncConnection, caller: Caller, *, at: datetime) -> list[store.Deputy]:
    """Those of now and to come among who work where the head does; to oversight everybody's."""
    return await store.deputies_of(conn, await _here(conn, caller, at=at), at=at)


async def colleagues(conn: AsyncConnection, caller: Caller, *, at: datetime) -> list[tuple[UserId, str]]:
    """Whom the caller may name, as they are shown."""
    here: Collection[int | None] = await _here(conn, caller, at=at) or {None}
    found = [await people.colleagues(conn, where, at=at) for where in here]
    return [(user, shown) for some in found for user, (_, shown) in some.items()]


async def end(conn: AsyncConnection, caller: Caller, *, deputy: int) -> None:
    """From now on; of one that has not begun there is nothing left."""
    now = clock.now()
    known = {one.id: one for one in await listed(conn, caller, at=now)}
    if deputy not in known:
        raise NotFound
    await store.stand_back(conn, deputy, at=now)
    await _record(conn, caller, known[deputy].user, deputy_ended=deputy)


async def _here(conn: AsyncConnection, caller: Caller, *, at: datetime) -> frozenset[int] | None:
    """None: everywhere."""
    return None if caller.role is Role.OVERSIGHT else await people.places_of(conn, [caller.user], at=at)


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
    await _record(conn, caller, user, for_user=for_user)


async def _record(conn: AsyncConnection, caller: Caller, user: UserId, **detail: int) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.APPEAL_HEAD,
        subject_kind="user",
        subject=user,
        detail=detail,
    )
