"""An E-IMZO signature as the second factor of a session, by the human to whom the account is linked."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import clock
from core.auth import Caller
from core.errors import Refusal
from core.factors import service as factors
from core.factors import store as kept
from core.factors.model import Kind as Factor
from core.factors.rules import POLICY
from core.federation import eimzo, store
from core.federation.model import Provider
from core.federation.service import blind
from core.lockouts import service as lockouts
from core.pkcs7.model import SignatureTime, SignerOther
from core.sealing import Keys

PURPOSE: Final = "prove"


async def ask(conn: AsyncConnection, caller: Caller, *, at: datetime) -> str:
    """What is to be signed, once, within some minutes."""
    nonce = secrets.token_urlsafe(32)
    await kept.challenge(conn, caller.session, challenge=nonce.encode(), at=at)
    return eimzo.words(PURPOSE, nonce).decode()


async def prove(
    engine: AsyncEngine,
    keys: Keys,
    provider: Provider,
    *,
    caller: Caller,
    signature: str,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """In transactions of their own: a wrong one stays counted, and none waits for a server."""
    at = now()
    async with engine.begin() as conn:
        await lockouts.begin_factor(conn, caller.user, now=at)
        nonce = await kept.take_challenge(conn, caller.session, since=at - POLICY.challenge)
    try:
        if nonce is None:
            raise SignatureTime
        words = {"signature": signature, "nonce": nonce.decode("ascii", "replace"), "purpose": PURPOSE}
        pinfl = await eimzo.subject(provider, now=at, **words)
        async with engine.begin() as conn:
            if await store.owner(conn, blind(keys, provider.name, pinfl)) != caller.user:
                raise SignerOther
            await factors.proved(conn, caller, kind=Factor.SIGNATURE, at=at)
    except Refusal:
        async with engine.begin() as conn:
            await factors.note(conn, caller, "factor:refuse", Factor.SIGNATURE)
        raise
