"""A try begins, and succeeds or stays counted."""

from datetime import datetime
from math import ceil

from sqlalchemy.ext.asyncio import AsyncConnection

from core.attempts import TooManyAttempts
from core.lockouts import rules, store
from core.lockouts.rules import POLICY, By


async def begin(conn: AsyncConnection, login: str, *, address: str, now: datetime) -> tuple[bytes, ...]:
    """What is counted until `succeed` takes it back. TooManyAttempts where the account or the address has
    failed too often. The account's own wait does not hold where it has signed in before: nobody locks an
    officer out from afar."""
    place = rules.key(By.ADDRESS, address)
    wanted = {By.ADDRESS: place}
    if not await store.is_known(conn, login, address=place, since=now - POLICY.known):
        wanted[By.ACCOUNT] = rules.key(By.ACCOUNT, login)
    await store.sweep(conn, before=now - POLICY.forget)
    await _count(conn, wanted, now=now)
    return tuple(wanted.values())


async def begin_factor(conn: AsyncConnection, user: int, *, now: datetime) -> None:
    await _count(conn, {By.FACTOR: rules.key(By.FACTOR, str(user))}, now=now)


async def _count(conn: AsyncConnection, wanted: dict[By, bytes], *, now: datetime) -> None:
    found = await store.locked(conn, list(wanted.values()))
    known = {key: rules.remembered(counted, now=now, policy=POLICY) for key, counted in found.items()}
    opens_at = max((one.opens_at for one in known.values() if one.opens_at), default=now)
    if opens_at > now:
        raise TooManyAttempts(count=ceil((opens_at - now).total_seconds()))
    for by, key in wanted.items():
        await store.write(conn, key, rules.after(known[key], by, now=now, policy=POLICY))


async def succeed(
    conn: AsyncConnection, counted: tuple[bytes, ...], *, user: int, address: str, now: datetime
) -> None:
    await store.take_back(conn, counted, now=now)
    await store.remember(conn, user, address=rules.key(By.ADDRESS, address), now=now)


async def succeed_factor(conn: AsyncConnection, user: int, *, now: datetime) -> None:
    await store.take_back(conn, [rules.key(By.FACTOR, str(user))], now=now)
