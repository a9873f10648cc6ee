"""Reading and writing what accounts can show besides their password."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.factors.model import Demand, Held, Passkey, PublicKey, Totp
from core.factors.tables import (
    factor_demands,
    passkey_challenges,
    passkeys,
    recovery_codes,
    totp_secrets,
)
from core.model import UserId
from core.tables import sessions, users


def is_held(user: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether this user has a code or a passkey; for the select list of others."""
    return or_(
        exists().where(totp_secrets.c.user_id == user, totp_secrets.c.confirmed_at.is_not(None)),
        exists().where(passkeys.c.user_id == user),
    )


def is_demanded(role: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether this role must have one."""
    newest = (
        select(factor_demands.c.is_demanded)
        .where(factor_demands.c.role == role)
        .order_by(factor_demands.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, False)


async def held(conn: AsyncConnection, user: UserId) -> Held:
    confirmed = totp_secrets.c.confirmed_at
    since = await conn.execute(
        select(confirmed).where(totp_secrets.c.user_id == user, confirmed.is_not(None))
    )
    keys = await conn.execute(
        select(passkeys.c.id, passkeys.c.name, passkeys.c.made_at, passkeys.c.used_at)
        .where(passkeys.c.user_id == user)
        .order_by(passkeys.c.id)
    )
    left = await conn.execute(
        select(func.count()).where(recovery_codes.c.user_id == user, recovery_codes.c.used_at.is_(None))
    )
    return Held(since.scalar_one_or_none(), tuple(Passkey(*row) for row in keys), left.scalar_one())


async def next_totp(conn: AsyncConnection, user: UserId) -> int:
    """The number of a new draft, in the place of an older one; its secret follows by `seal_totp`."""
    await conn.execute(
        delete(totp_secrets).where(totp_secrets.c.user_id == user, totp_secrets.c.confirmed_at.is_(None))
    )
    made = insert(totp_secrets).values(user_id=user, sealed=b"").returning(totp_secrets.c.id)
    return int((await conn.execute(made)).scalar_one())


async def seal_totp(conn: AsyncConnection, totp: int, *, sealed: bytes) -> None:
    await conn.execute(update(totp_secrets).where(totp_secrets.c.id == totp).values(sealed=sealed))


async def totp(conn: AsyncConnection, user: UserId) -> Totp | None:
    return await _totp(conn, user, totp_secrets.c.confirmed_at.is_not(None))


async def draft_totp(conn: AsyncConnection, user: UserId) -> Totp | None:
    return await _totp(conn, user, totp_secrets.c.confirmed_at.is_(None))


async def _totp(conn: AsyncConnection, user: UserId, which: ColumnElement[bool]) -> Totp | None:
    query = select(totp_secrets.c.id, totp_secrets.c.sealed, totp_secrets.c.last_step).where(
        totp_secrets.c.user_id == user, which
    )
    row = (await conn.execute(query)).one_or_none()
    return Totp(*row) if row else None


async def confirm_totp(conn: AsyncConnection, user: UserId, *, totp: int, step: int, at: datetime) -> None:
    """It takes the place of the one before."""
    await conn.execute(
        delete(totp_secrets).where(totp_secrets.c.user_id == user, totp_secrets.c.confirmed_at.is_not(None))
    )
    await conn.execute(
        update(totp_secrets).where(totp_secrets.c.id == totp).values(confirmed_at=at, last_step=step)
    )


async def use_step(conn: AsyncConnection, totp: int, *, step: int) -> bool:
    """False: a request beside this one has used the code."""
    used = await conn.execute(
        update(totp_secrets)
        .where(totp_secrets.c.id == totp, totp_secrets.c.last_step < step)
        .values(last_step=step)
        .returning(totp_secrets.c.id)
    )
    return used.one_or_none() is not None


async def drop_totp(conn: AsyncConnection, user: UserId) -> bool:
    gone = await conn.execute(
        delete(totp_secrets).where(totp_secrets.c.user_id == user).returning(totp_secrets.c.id)
    )
    return bool(gone.all())


async def add_passkey(conn: AsyncConnection, user: UserId, **said: Any) -> int | None:
    """None: this authenticator is known already."""
    made = (
        upsert(passkeys)
        .values(user_id=user, **said)
        .on_conflict_do_nothing(index_elements=[passkeys.c.credential])
        .returning(passkeys.c.id)
    )
    found: int | None = (await conn.execute(made)).scalar_one_or_none()
    return found


async def public_keys(conn: AsyncConnection, user: UserId, *, site: str) -> Sequence[PublicKey]:
    query = select(passkeys.c.id, passkeys.c.credential, passkeys.c.public_key, passkeys.c.count).where(
        passkeys.c.user_id == user, passkeys.c.site == site
    )
    return [PublicKey(*row) for row in await conn.execute(query)]


async def use_passkey(conn: AsyncConnection, passkey: int, *, count: int, at: datetime) -> None:
    await conn.execute(update(passkeys).where(passkeys.c.id == passkey).values(count=count, used_at=at))


async def drop_passkey(conn: AsyncConnection, user: UserId, *, passkey: int) -> bool:
    gone = await conn.execute(
        delete(passkeys).where(passkeys.c.user_id == user, passkeys.c.id == passkey).returning(passkeys.c.id)
    )
    return gone.one_or_none() is not None


async def challenge(conn: AsyncConnection, session: bytes, *, challenge: bytes, at: datetime) -> None:
    row = {"challenge": challenge, "made_at": at}
    await conn.execute(
        upsert(passkey_challenges)
        .values(session=session, **row)
        .on_conflict_do_update(index_elements=[passkey_challenges.c.session], set_=row)
    )


async def take_challenge(conn: AsyncConnection, session: bytes, *, since: datetime) -> bytes | None:
    """Once, and not long after it was made."""
    taken = await conn.execute(
        delete(passkey_challenges)
        .where(passkey_challenges.c.session == session)
        .returning(passkey_challenges.c.challenge, passkey_challenges.c.made_at)
    )
    row = taken.one_or_none()
    return row.challenge if row and row.made_at >= since else None


async def renew_recovery(conn: AsyncConnection, user: UserId, *, hashes: Sequence[bytes]) -> None:
    await conn.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user))
    if hashes:
        await conn.execute(insert(recovery_codes), [{"hash": one, "user_id": user} for one in hashes])


async def use_recovery(conn: AsyncConnection, user: UserId, *, digest: bytes, at: datetime) -> bool:
    used = await conn.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.user_id == user,
            recovery_codes.c.hash == digest,
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(recovery_codes.c.hash)
    )
    return used.one_or_none() is not None


async def forget(conn: AsyncConnection, user: UserId) -> None:
    """Everything an account could show besides its password."""
    for table in (totp_secrets, passkeys, recovery_codes):
        await conn.execute(delete(table).where(table.c.user_id == user))


async def prove(conn: AsyncConnection, session: bytes, *, at: datetime, ends_at: datetime) -> None:
    await conn.execute(
        update(sessions).where(sessions.c.token_hash == session).values(proved_at=at, ends_at=ends_at)
    )


async def demand(conn: AsyncConnection, role: str, *, is_demanded: bool, by: UserId | None) -> None:
    await conn.execute(insert(factor_demands).values(role=role, is_demanded=is_demanded, by_user=by))


async def demands(conn: AsyncConnection) -> Sequence[Demand]:
    """The newest of each role."""
    query = (
        select(factor_demands.c.role, factor_demands.c.is_demanded, factor_demands.c.at, users.c.shown_as)
        .outerjoin(users, users.c.id == factor_demands.c.by_user)
        .ext(distinct_on(factor_demands.c.role))
        .order_by(factor_demands.c.role, factor_demands.c.id.desc())
    )
    return [Demand(*row) for row in await conn.execute(query)]
