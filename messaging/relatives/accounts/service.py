"""Proving a telephone: a code is sent and tried; an account is made by the first one that fits.

Whether an account exists is told to nobody: to sign in and to register are the same steps."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, sessions
from core.compartments import seal, unseal
from core.model import RelativeId
from core.sealing import Keys
from messaging.relatives.accounts import rules, store, store_tokens
from messaging.relatives.accounts.model import Proof

COMPARTMENT: Final = "relatives"
KEPT: Final = timedelta(days=2)
"""Codes, texts and spent tokens, for those who count them."""


async def send_code(
    conn: AsyncConnection, keys: Keys, *, phone: str, words: Callable[[str], str], now: datetime
) -> str:
    """The handle that the page holds; the code waits to be sent (`sending`). `words`: the text around it."""
    number = rules.phone(phone)
    blind = keys.blind(COMPARTMENT, f"phone:{number}")
    await _not_too_often(conn, blind, now=now)
    handle, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06d}"
    hashed = sessions.fingerprint(handle)
    proof = Proof(
        seal(keys, COMPARTMENT, number, place=_phone(blind)),
        blind,
        _mac(keys, hashed, code),
        now + rules.CODE_LIVES,
        0,
        None,
    )
    await store.add_code(conn, hashed, proof, at=now)
    ident = uuid4()
    await store.add_text(
        conn,
        ident,
        phone=seal(keys, COMPARTMENT, number, place=f"relative_texts.phone:{ident}"),
        body=seal(keys, COMPARTMENT, words(code), place=f"relative_texts.body:{ident}"),
        at=now,
        ends_at=proof.ends_at,
    )
    await audit.record(conn, None, action="relative:code", subject_kind="relative")
    return handle


async def prove(
    conn: AsyncConnection, keys: Keys, *, handle: str, code: str, language: str, now: datetime
) -> RelativeId | None:
    """Whose telephone it is; none: the code is wrong, old, used or tried too often. The caller commits
    either way: the try counts."""
    hashed = sessions.fingerprint(handle)
    proof = await store.code(conn, hashed)
    if proof is None or not rules.opens(proof, now=now):
        return None
    fits = hmac.compare_digest(proof.code_mac, _mac(keys, hashed, code.strip()))
    await store.tried(conn, hashed, used_at=now if fits else None)
    if not fits:
        await audit.record(conn, None, action="relative:refuse", subject_kind="relative")
        return None
    before = await store.known(conn, proof.phone_blind)
    relative = await store.enter(conn, proof.phone_blind, phone=proof.phone, language=language)
    action = "relative:register" if before is None else "relative:prove"
    await audit.record(conn, None, action=action, subject_kind="relative", subject=relative)
    return relative


async def phone_of(conn: AsyncConnection, keys: Keys, *, relative: RelativeId) -> str | None:
    """For the relative's own eyes, and for an officer who looks at a claim; none: the key is not here."""
    found = await store.account(conn, relative)
    return unseal(keys, COMPARTMENT, found.phone, place=_phone(found.phone_blind))


async def sweep(conn: AsyncConnection, *, now: datetime) -> None:
    await store.sweep(conn, before=now - KEPT)
    await store_tokens.sweep(conn, before=now - KEPT)


async def _not_too_often(conn: AsyncConnection, blind: bytes, *, now: datetime) -> None:
    """The same for numbers with an account and without."""
    for within, most in rules.CODES:
        count, first = await store.sent_since(conn, blind, since=now - within)
        if count >= most and first is not None:
            raise rules.TooManyCodes(count=max(1, ceil((first + within - now).total_seconds())))


def _mac(keys: Keys, handle: bytes, code: str) -> bytes:
    return keys.blind(COMPARTMENT, f"code:{handle.hex()}:{code}")


def _phone(blind: bytes) -> str:
    return f"relatives.phone:{blind.hex()}"
