"""Giving receipts, and opening with number and code what the applicant may see."""

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from typing import ClassVar, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, signing
from core.attempts import Attempts
from core.errors import Invalid, NotFound
from core.sealing import Keys
from core.signing import Signing
from messaging.receipts import rules, store, wire
from messaging.receipts.model import Kept, Receipt, Slip, Standing

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's second choice for Argon2id: the code is random, so that a guess costs enough at 20 ms."""
TOKEN: Final = 32

View = Callable[[AsyncConnection, str], Awaitable[Standing | None]]
"""What a channel tells the applicant about a number; None: it is none of that channel's."""


class ReceiptUnknown(NotFound):
    """No such number, or not its code: nobody learns which."""

    code: ClassVar[str] = "receipt_unknown"


class CodeMistyped(Invalid):
    """The check digit says so; it says nothing about any receipt."""

    code: ClassVar[str] = "receipt_code_mistyped"


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens a receipt: the code, or what the applicant's device made of it."""

    code: str = ""
    token: bytes = b""


@dataclass(frozen=True, slots=True)
class Coined:
    """A code and its hash, not given to anybody yet."""

    code: str
    code_hash: str


async def coin() -> Coined:
    """Before anything is locked: hashing takes 20 ms, and whoever draws a number makes all others wait."""
    code = rules.code(secrets.randbelow(10**15))
    return Coined(code, await asyncio.to_thread(HASHER.hash, code))


def signer(keys: Keys) -> Signing:
    return Signing(keys, wire.KIND)


async def issue(
    conn: AsyncConnection,
    keys: Keys,
    *,
    coined: Coined,
    number: str,
    content: bytes,
    regime: str,
    registered_at: datetime,
    due_on: date,
) -> Slip:
    """In the transaction of the registration. `content`: SHA-256 of what was handed in. Keep the slip's code
    nowhere: this is the only time that it is known."""
    on = registered_at.astimezone(clock.HERE).date()
    receipt = Receipt(number, content, regime, on, registered_at, due_on)
    kept = Kept(number, coined.code_hash, None)
    return await _give(conn, keys, receipt, kept=kept, code=coined.code)


async def issue_sealed(
    conn: AsyncConnection,
    keys: Keys,
    *,
    number: str,
    content: bytes,
    regime: str,
    registered_on: date,
    due_on: date,
    token: bytes,
) -> Slip:
    """The applicant's device made the code and gives only a token derived from it; the time is a day."""
    receipt = Receipt(number, content, regime, registered_on, None, due_on)
    return await _give(conn, keys, receipt, kept=Kept(number, None, sha256(token).digest()), code="")


async def reissued(conn: AsyncConnection, keys: Keys, *, number: str, token_hash: bytes) -> Slip | None:
    """The same receipt for the same secret, signed anew; None: the secret is another one."""
    kept, receipt = await store.kept(conn, number), await store.sealed(conn, number)
    held = kept.token_hash if kept else None
    if receipt is None or held is None or not hmac.compare_digest(held, token_hash):
        return None
    return Slip(receipt, "", signer(keys).sign(wire.content(receipt)))


async def _give(conn: AsyncConnection, keys: Keys, receipt: Receipt, *, kept: Kept, code: str) -> Slip:
    text = signer(keys).sign(wire.content(receipt))
    await store.add(conn, receipt, kept=kept, key_id=signing.signer(text))
    return Slip(receipt, code, text)


async def look_up(
    engine: AsyncEngine,
    attempts: Attempts,
    *,
    number: str,
    secret: Secret,
    address: str,
    views: Sequence[View],
    now: Callable[[], datetime] = clock.now,
) -> Standing:
    """Two short transactions: no connection waits; a wrong number costs what a wrong code does."""
    if secret.code and not rules.is_sound(secret.code):
        raise CodeMistyped
    attempts.begin(number, address, now_us=clock.to_us(now()))
    async with engine.begin() as conn:
        kept = await store.kept(conn, number)
    fits = await _fits(kept, secret, attempts=attempts)
    async with engine.begin() as conn:
        await audit.record(
            conn, None, action="receipt:open" if fits else "receipt:refuse", subject_kind="receipt"
        )
        seen = await _seen(conn, number, views=views) if fits else None
    if seen is None:
        raise ReceiptUnknown
    attempts.succeed(number, address)
    return seen


async def _seen(conn: AsyncConnection, number: str, *, views: Sequence[View]) -> Standing | None:
    for view in views:
        if found := await view(conn, number):
            return found
    return None


async def _fits(kept: Kept | None, secret: Secret, *, attempts: Attempts) -> bool:
    if secret.code:
        async with attempts.checks:
            return await asyncio.to_thread(_opens, kept, secret.code)
    held = kept.token_hash if kept and kept.token_hash else bytes(TOKEN)
    return hmac.compare_digest(held, sha256(secret.token).digest())


def _opens(kept: Kept | None, code: str) -> bool:
    held = kept.code_hash if kept else None
    try:
        return HASHER.verify(held or _nobodys(), code) and held is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """What a code for an unknown number is checked against."""
    return HASHER.hash("")
