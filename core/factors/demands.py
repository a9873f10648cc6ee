"""What administrators say about second factors: which roles must have one, and whose are forgotten."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, sessions
from core.auth import Permission, Role
from core.factors import store
from core.factors.errors import NoUser
from core.factors.model import Demand
from core.model import UserId
from core.tables import users


async def listed(conn: AsyncConnection) -> Sequence[Demand]:
    """One a role, said or not."""
    said = {one.role: one for one in await store.demands(conn)}
    return [said[role] for role in Role if role in said]


async def demand(conn: AsyncConnection, role: Role, *, is_demanded: bool, by: UserId | None) -> None:
    """From now on; who is signed in without one is led to enrolment with the next request."""
    await store.demand(conn, role, is_demanded=is_demanded, by=by)
    await audit.record(
        conn,
        by,
        action=Permission.ACCESS_WRITE,
        subject_kind="role",
        detail={"role": role.value, "second_factor": is_demanded},
    )


async def forget(conn: AsyncConnection, login: str, *, by: UserId | None) -> None:
    """For a lost phone: the account is as without a second factor, and signed in nowhere."""
    user = await account(conn, login)
    await store.forget(conn, user)
    await sessions.end_all(conn, user)
    await audit.record(
        conn,
        by,
        action=Permission.ACCESS_WRITE,
        subject_kind="user",
        subject=user,
        detail={"factors": "forgotten"},
    )


async def account(conn: AsyncConnection, login: str) -> UserId:
    found = (await conn.execute(select(users.c.id).where(users.c.login == login))).scalar_one_or_none()
    if found is None:
        raise NoUser
    return UserId(found)
