"""Reading and writing sign-ins under way and linked identities."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import in_force
from core.federation.model import Flow, Identity
from core.federation.tables import sign_in_flows, sign_in_identities
from core.model import UserId
from core.tables import users


async def begin(
    conn: AsyncConnection, flow: Flow, *, state: bytes, binding: bytes, at: datetime, before: datetime
) -> None:
    """Those that nobody came back from are swept on the way."""
    await conn.execute(delete(sign_in_flows).where(sign_in_flows.c.made_at < before))
    await conn.execute(insert(sign_in_flows).values(state=state, binding=binding, made_at=at, **asdict(flow)))


async def take(conn: AsyncConnection, *, state: bytes, binding: bytes, since: datetime) -> Flow | None:
    """Once, by the browser that began it."""
    columns = sign_in_flows.c
    taken = await conn.execute(
        delete(sign_in_flows)
        .where(columns.state == state, columns.binding == binding, columns.made_at >= since)
        .returning(columns.provider, columns.nonce, columns.verifier, columns.target)
    )
    row = taken.one_or_none()
    return Flow(*row) if row else None


async def owner(conn: AsyncConnection, subject: bytes) -> UserId | None:
    query = (
        select(sign_in_identities.c.user_id)
        .join(users, users.c.id == sign_in_identities.c.user_id)
        .where(
            sign_in_identities.c.subject == subject,
            sign_in_identities.c.ended_at.is_(None),
            in_force(),
        )
    )
    found = (await conn.execute(query)).scalar_one_or_none()
    return UserId(found) if found is not None else None


async def link(
    conn: AsyncConnection, user: UserId, *, provider: str, subject: bytes, by: UserId
) -> int | None:
    """None: it opens an account already."""
    made = (
        upsert(sign_in_identities)
        .values(user_id=user, provider=provider, subject=subject, linked_by=by)
        .on_conflict_do_nothing()
        .returning(sign_in_identities.c.id)
    )
    found: int | None = (await conn.execute(made)).scalar_one_or_none()
    return found


async def end(conn: AsyncConnection, identity: int, *, at: datetime) -> UserId | None:
    """Whose it was."""
    ended = await conn.execute(
        update(sign_in_identities)
        .where(sign_in_identities.c.id == identity, sign_in_identities.c.ended_at.is_(None))
        .values(ended_at=at)
        .returning(sign_in_identities.c.user_id)
    )
    found = ended.scalar_one_or_none()
    return UserId(found) if found is not None else None


async def linked(conn: AsyncConnection) -> Sequence[Identity]:
    query = (
        select(
            sign_in_identities.c.id,
            sign_in_identities.c.provider,
            users.c.login,
            sign_in_identities.c.linked_at,
        )
        .join(users, users.c.id == sign_in_identities.c.user_id)
        .where(sign_in_identities.c.ended_at.is_(None))
        .order_by(users.c.login, sign_in_identities.c.id)
    )
    return [Identity(*row) for row in await conn.execute(query)]
