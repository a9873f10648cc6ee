"""Enrolling, showing and dropping second factors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, sessions
from core.auth import Caller, Permission, freshly_proven
from core.factors import rules, store
from core.factors.errors import FactorDemanded, NoDraft, NoFactor, SessionGone, WrongCode
from core.factors.model import Kind, Totp
from core.factors.rules import POLICY
from core.lockouts import service as lockouts
from core.sealing import CannotOpen, Keys

COMPARTMENT: Final = "factors"
ISSUER: Final = "E-jazo"


@dataclass(frozen=True, slots=True)
class Draft:
    """A new secret, shown once; it counts when its first code was right."""

    secret: str
    uri: str


async def prove_code(
    engine: AsyncEngine,
    keys: Keys,
    *,
    caller: Caller,
    code: str,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """A code by the clock, or a recovery code. In transactions of its own: a wrong one stays counted."""
    at, said = now(), rules.plain(code)
    async with engine.begin() as conn:
        await lockouts.begin_factor(conn, caller.user, now=at)
    async with engine.begin() as conn:
        kind = Kind.TOTP if rules.is_totp(said) else Kind.RECOVERY
        fits = await (_takes_totp if kind is Kind.TOTP else _takes_recovery)(
            conn, keys, caller=caller, code=said, at=at
        )
        if fits:
            await proved(conn, caller, kind=kind, at=at)
        else:
            await note(conn, caller, "factor:refuse", kind)
    if not fits:
        raise WrongCode


async def proved(conn: AsyncConnection, caller: Caller, *, kind: Kind, at: datetime) -> None:
    """This session has shown a second factor, and is whole from now on."""
    await lockouts.succeed_factor(conn, caller.user, now=at)
    begun_at = await sessions.begun_at(conn, caller.session)
    await store.prove(conn, caller.session, at=at, ends_at=(begun_at or at) + sessions.ABSOLUTE)
    await note(conn, caller, "factor:prove", kind)


async def _takes_totp(conn: AsyncConnection, keys: Keys, *, caller: Caller, code: str, at: datetime) -> bool:
    held = await store.totp(conn, caller.user)
    step = _step(keys, held, code=code, at=at)
    return held is not None and step is not None and await store.use_step(conn, held.id, step=step)


async def _takes_recovery(
    conn: AsyncConnection, _keys: Keys, *, caller: Caller, code: str, at: datetime
) -> bool:
    """Only of somebody who has lost something."""
    held = await store.held(conn, caller.user)
    digest = rules.recovery_hash(caller.user, code)
    return held.is_any and await store.use_recovery(conn, caller.user, digest=digest, at=at)


def _step(keys: Keys, held: Totp | None, *, code: str, at: datetime) -> int | None:
    if held is None:
        return None
    try:
        secret = keys.open(COMPARTMENT, held.sealed, place=_place(held.id))
    except CannotOpen:
        return None
    return rules.fitting_step(secret, code, at=at, after=held.last_step, drift=POLICY.drift)


def _place(totp: int) -> str:
    return f"totp_secrets.sealed:{totp}"


async def draft(conn: AsyncConnection, keys: Keys, *, caller: Caller) -> Draft:
    """Whoever holds a factor shows it first: a desk left open gives nobody one."""
    freshly_proven(caller)
    secret = pyotp.random_base32()
    number = await store.next_totp(conn, caller.user)
    await store.seal_totp(conn, number, sealed=keys.seal(COMPARTMENT, secret, place=_place(number)))
    return Draft(secret, pyotp.TOTP(secret, name=caller.login, issuer=ISSUER).provisioning_uri())


async def confirm(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, code: str, at: datetime
) -> tuple[str, ...]:
    """The first recovery codes, where there are none yet."""
    freshly_proven(caller)
    waiting = await store.draft_totp(conn, caller.user)
    if waiting is None:
        raise NoDraft
    step = _step(keys, waiting, code=rules.plain(code), at=at)
    if step is None:
        raise WrongCode
    await store.confirm_totp(conn, caller.user, totp=waiting.id, step=step, at=at)
    return await enrolled(conn, caller, kind=Kind.TOTP, at=at)


async def enrolled(conn: AsyncConnection, caller: Caller, *, kind: Kind, at: datetime) -> tuple[str, ...]:
    """Who has just shown a new factor has shown one; other sessions have to."""
    await note(conn, caller, Permission.FACTOR_WRITE, kind)
    await proved(conn, caller, kind=kind, at=at)
    held = await store.held(conn, caller.user)
    return () if held.recovery_left else await new_recovery(conn, caller)


async def renew_recovery(conn: AsyncConnection, caller: Caller) -> tuple[str, ...]:
    freshly_proven(caller)
    if not (await store.held(conn, caller.user)).is_any:
        raise NoFactor
    return await new_recovery(conn, caller)


async def new_recovery(conn: AsyncConnection, caller: Caller) -> tuple[str, ...]:
    """Shown once; the older ones open nothing any more."""
    codes = rules.new_recovery_codes(POLICY.recovery_codes)
    hashes = [rules.recovery_hash(caller.user, code) for code in codes]
    await store.renew_recovery(conn, caller.user, hashes=hashes)
    await note(conn, caller, Permission.FACTOR_WRITE, Kind.RECOVERY)
    return codes


async def drop(conn: AsyncConnection, caller: Caller, *, kind: Kind, passkey: int = 0) -> None:
    """The last one of a role that must have one stays."""
    freshly_proven(caller)
    if kind is Kind.TOTP:
        await store.drop_totp(conn, caller.user)
    elif not await store.drop_passkey(conn, caller.user, passkey=passkey):
        raise NoFactor
    if not (await store.held(conn, caller.user)).is_any:
        if caller.second.is_demanded:
            raise FactorDemanded
        await store.renew_recovery(conn, caller.user, hashes=())
    await note(conn, caller, "factor:drop", kind)


async def end_session(conn: AsyncConnection, caller: Caller, *, named: bytes) -> None:
    if not await sessions.end_own(conn, caller.user, token_hash=named):
        raise SessionGone
    await audit.record(conn, caller.user, action="session:end", subject_kind="user", subject=caller.user)


async def end_others(conn: AsyncConnection, caller: Caller) -> int:
    ended = await sessions.end_others(conn, caller.user, but=caller.session)
    await audit.record(
        conn,
        caller.user,
        action="session:end",
        subject_kind="user",
        subject=caller.user,
        detail={"others": ended},
    )
    return ended


async def note(conn: AsyncConnection, caller: Caller, action: str, kind: Kind) -> None:
    await audit.record(
        conn,
        caller.user,
        action=action,
        subject_kind="user",
        subject=caller.user,
        detail={"factor": kind.value},
    )
