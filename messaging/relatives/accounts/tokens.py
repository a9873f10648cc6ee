"""From a proved telephone to tokens, and from a token to whoever holds it (OAuth 2.1 style).

Tokens are random and opaque: every request asks the database anyway whether the device is still signed in,
so a signature would prove nothing more, and a revoked device is out at once."""

from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock
from core.errors import NotFound
from core.kin import KinScope, Relative
from core.model import HandsetId, RelativeId
from core.sessions import fingerprint
from messaging.relatives.accounts import rules, store_tokens
from messaging.relatives.accounts.model import (
    Asked,
    Denied,
    Ending,
    Grant,
    Handset,
    Token,
    TokenKind,
    Tokens,
)

INVALID = Denied("invalid_grant")
SEEN_EVERY = timedelta(minutes=1)


async def grant(conn: AsyncConnection, relative: RelativeId, *, asked: Asked, now: datetime) -> str:
    """The authorization code, for one use within a minute."""
    code = token_urlsafe(32)
    given = Grant(
        relative,
        asked.client.id,
        asked.redirect_uri,
        asked.challenge,
        asked.scopes,
        now + rules.GRANT_LIVES,
        None,
    )
    await store_tokens.add_grant(conn, fingerprint(code), given, at=now)
    return code


async def exchange(
    conn: AsyncConnection, *, client: str, code: str, redirect_uri: str, verifier: str, now: datetime
) -> Tokens | Denied:
    """A code that comes a second time ends what came of the first."""
    hashed = fingerprint(code)
    found = await store_tokens.grant(conn, hashed)
    if found is None or found.client_id != client:
        return INVALID
    if found.handset is not None:
        await _end(conn, found.handset, relative=found.relative, why=Ending.REUSED, now=now)
        return INVALID
    is_ours = found.redirect_uri == redirect_uri and rules.proves(verifier, found.challenge)
    if not is_ours or now >= found.ends_at:
        return INVALID
    handset = await store_tokens.add_handset(
        conn, found.relative, client=client, scopes=found.scopes, at=now, ends_at=now + rules.SIGNED_IN
    )
    await store_tokens.use_grant(conn, hashed, handset=handset)
    await _recorded(conn, found.relative, action="relative:sign_in", handset=handset)
    return await _give(conn, handset, scopes=found.scopes, parent=None, now=now)


async def refresh(conn: AsyncConnection, *, client: str, token: str, now: datetime) -> Tokens | Denied:
    """Each refresh token is used once; a second use ends the device, unless an answer was lost."""
    hashed = fingerprint(token)
    known = await store_tokens.token(conn, hashed)
    if known is None or known.kind is not TokenKind.REFRESH:
        return INVALID
    handset = await store_tokens.handset(conn, known.handset)
    found = await store_tokens.token(conn, hashed)  # again: the lock may have waited for another use
    if found is None or handset.client_id != client or handset.ended_at or now >= handset.ends_at:
        return INVALID
    verdict = rules.judge(found, now=now)
    if verdict is rules.Verdict.REUSED:
        await _end(conn, handset.id, relative=handset.relative, why=Ending.REUSED, now=now)
    if verdict in {rules.Verdict.REUSED, rules.Verdict.OVER}:
        return INVALID
    await store_tokens.use_token(conn, hashed, at=now)
    return await _give(conn, handset.id, scopes=handset.scopes, parent=hashed, now=now)


async def revoke(conn: AsyncConnection, *, client: str, token: str, now: datetime) -> None:
    """RFC 7009: whatever the token is, the answer is the same; the whole device is signed out."""
    found = await store_tokens.token(conn, fingerprint(token))
    if found is None:
        return
    handset = await store_tokens.handset(conn, found.handset)
    if handset.client_id == client:
        await _end(conn, handset.id, relative=handset.relative, why=Ending.REVOKED, now=now)


async def bearer(engine: AsyncEngine, token: str, *, now: datetime) -> Relative | None:
    """`core.kin.Finds`; a short transaction of its own, so that streams hold none."""
    async with engine.begin() as conn:
        found = await store_tokens.bearer(conn, fingerprint(token), now=now)
        if found is None:
            return None
        relative, seen_at = found
        if seen_at <= now - SEEN_EVERY:
            await store_tokens.seen(conn, relative.handset, at=now)
    return relative


async def devices(conn: AsyncConnection, relative: Relative) -> list[Handset]:
    return list(await store_tokens.handsets_of(conn, relative.id, now=clock.now()))


async def sign_out(conn: AsyncConnection, relative: Relative, *, handset: HandsetId) -> None:
    """This device or another of one's own."""
    if not await _end(conn, handset, relative=relative.id, why=Ending.REVOKED, now=clock.now()):
        raise NotFound


async def _give(
    conn: AsyncConnection,
    handset: HandsetId,
    *,
    scopes: frozenset[KinScope],
    parent: bytes | None,
    now: datetime,
) -> Tokens:
    access, again = token_urlsafe(32), token_urlsafe(32)
    lives = {
        TokenKind.ACCESS: (access, rules.ACCESS_LIVES),
        TokenKind.REFRESH: (again, rules.REFRESH_LIVES),
    }
    for kind, (secret, life) in lives.items():
        made = Token(fingerprint(secret), handset, kind, now + life, None, None, is_child_used=False)
        await store_tokens.add_token(conn, made, parent=parent, at=now)
    return Tokens(access, again, scopes, int(rules.ACCESS_LIVES.total_seconds()))


async def _end(
    conn: AsyncConnection, handset: HandsetId, *, relative: RelativeId, why: Ending, now: datetime
) -> bool:
    ended = await store_tokens.end_handset(conn, handset, relative=relative, at=now, why=why)
    if ended:
        await _recorded(conn, relative, action="relative:sign_out", handset=handset, why=why)
    return ended


async def _recorded(
    conn: AsyncConnection, relative: RelativeId, *, action: str, handset: HandsetId, why: str | None = None
) -> None:
    await audit.record(
        conn,
        None,
        action=action,
        subject_kind="relative",
        subject=relative,
        why=why,
        detail={"handset": handset},
    )
