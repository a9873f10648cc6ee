"""Counting failures so that parallel tries are counted one after the other."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.lockouts.rules import Counted
from core.lockouts.tables import known_addresses, lockouts
from core.tables import users


async def locked(conn: AsyncConnection, keys: Sequence[bytes]) -> dict[bytes, Counted]:
    """What is counted under these keys; until the end of the transaction nobody else counts there."""
    for key in sorted(keys):
        number = int.from_bytes(key[:8], signed=True)
        await conn.execute(select(func.pg_advisory_xact_lock(number)))
    query = select(lockouts.c.key, lockouts.c.tries, lockouts.c.opens_at, lockouts.c.last_at).where(
        lockouts.c.key.in_(keys)
    )
    found = {row.key: Counted(row.tries, row.opens_at, row.last_at) for row in await conn.execute(query)}
    return {key: found.get(key, Counted()) for key in keys}


async def write(conn: AsyncConnection, key: bytes, counted: Counted) -> None:
    row = {"tries": counted.tries, "opens_at": counted.opens_at, "last_at": counted.last_at}
    await conn.execute(
        insert(lockouts).values(key=key, **row).on_conflict_do_update(index_elements=["key"], set_=row)
    )


async def sweep(conn: AsyncConnection, *, before: datetime) -> None:
    await conn.execute(delete(lockouts).where(lockouts.c.last_at < before))


async def take_back(conn: AsyncConnection, keys: Sequence[bytes], *, now: datetime) -> None:
    """A try that succeeded was no failure; those before it stay."""
    fewer = func.greatest(lockouts.c.tries - 1, 0)
    await conn.execute(update(lockouts).where(lockouts.c.key.in_(keys)).values(tries=fewer, opens_at=now))


async def is_known(conn: AsyncConnection, login: str, *, address: bytes, since: datetime) -> bool:
    query = (
        select(known_addresses.c.seen_at)
        .join(users, users.c.id == known_addresses.c.user_id)
        .where(
            users.c.login == login, known_addresses.c.address == address, known_addresses.c.seen_at > since
        )
    )
    return (await conn.execute(query)).one_or_none() is not None


async def remember(conn: AsyncConnection, user: int, *, address: bytes, now: datetime) -> None:
    await conn.execute(
        insert(known_addresses)
        .values(user_id=user, address=address, seen_at=now)
        .on_conflict_do_update(index_elements=["user_id", "address"], set_={"seen_at": now})
    )
