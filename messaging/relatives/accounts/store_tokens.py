"""Authorization codes, devices and tokens as the records hold them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.kin import KinScope, Relative
from core.model import HandsetId, RelativeId
from messaging.relatives.accounts.model import Ending, Grant, Handset, Token, TokenKind
from messaging.relatives.accounts.tables import grants, handsets, tokens

HANDSET: Final = (
    handsets.c.id,
    handsets.c.relative_id,
    handsets.c.client_id,
    handsets.c.scopes,
    handsets.c.made_at,
    handsets.c.seen_at,
    handsets.c.ends_at,
    handsets.c.ended_at,
)


async def add_grant(conn: AsyncConnection, code: bytes, grant: Grant, *, at: datetime) -> None:
    row = {
        "code_hash": code,
        "relative_id": grant.relative,
        "client_id": grant.client_id,
        "redirect_uri": grant.redirect_uri,
        "challenge": grant.challenge,
        "scopes": sorted(grant.scopes),
        "made_at": at,
        "ends_at": grant.ends_at,
    }
    await conn.execute(insert(grants).values(row))


async def grant(conn: AsyncConnection, code: bytes) -> Grant | None:
    """Locked: it is used once."""
    query = select(
        grants.c.relative_id,
        grants.c.client_id,
        grants.c.redirect_uri,
        grants.c.challenge,
        grants.c.scopes,
        grants.c.ends_at,
        grants.c.handset_id,
    ).where(grants.c.code_hash == code)
    row = (await conn.execute(query.with_for_update())).one_or_none()
    if row is None:
        return None
    used = None if row.handset_id is None else HandsetId(row.handset_id)
    return Grant(RelativeId(row[0]), *row[1:4], _scopes(row.scopes), row.ends_at, used)


async def use_grant(conn: AsyncConnection, code: bytes, *, handset: HandsetId) -> None:
    await conn.execute(update(grants).where(grants.c.code_hash == code).values(handset_id=handset))


async def add_handset(
    conn: AsyncConnection,
    relative: RelativeId,
    *,
    client: str,
    scopes: frozenset[KinScope],
    at: datetime,
    ends_at: datetime,
) -> HandsetId:
    row = {
        "relative_id": relative,
        "client_id": client,
        "scopes": sorted(scopes),
        "made_at": at,
        "seen_at": at,
        "ends_at": ends_at,
    }
    made = await conn.execute(insert(handsets).values(row).returning(handsets.c.id))
    return HandsetId(made.scalar_one())


async def handset(conn: AsyncConnection, ident: HandsetId) -> Handset:
    """Locked: its tokens are turned one after the other."""
    query = select(*HANDSET).where(handsets.c.id == ident).with_for_update()
    return _handset((await conn.execute(query)).one())


async def handsets_of(conn: AsyncConnection, relative: RelativeId, *, now: datetime) -> Sequence[Handset]:
    """Those that are signed in, the one used last first."""
    query = select(*HANDSET).where(
        handsets.c.relative_id == relative, handsets.c.ended_at.is_(None), handsets.c.ends_at > now
    )
    rows = await conn.execute(query.order_by(handsets.c.seen_at.desc(), handsets.c.id.desc()))
    return [_handset(row) for row in rows]


async def end_handset(
    conn: AsyncConnection, ident: HandsetId, *, relative: RelativeId, at: datetime, why: Ending
) -> bool:
    """False: it is not this relative's, or has ended."""
    query = (
        update(handsets)
        .where(handsets.c.id == ident, handsets.c.relative_id == relative, handsets.c.ended_at.is_(None))
        .values(ended_at=at, ended_why=why)
    )
    return bool((await conn.execute(query)).rowcount)


async def add_token(conn: AsyncConnection, token: Token, *, parent: bytes | None, at: datetime) -> None:
    row = {
        "hash": token.hash,
        "handset_id": token.handset,
        "kind": token.kind,
        "parent": parent,
        "made_at": at,
        "ends_at": token.ends_at,
    }
    await conn.execute(insert(tokens).values(row))


async def token(conn: AsyncConnection, hashed: bytes) -> Token | None:
    child = tokens.alias("child")
    is_child_used = exists().where(
        child.c.parent == tokens.c.hash, child.c.kind == TokenKind.REFRESH, child.c.used_at.is_not(None)
    )
    query = select(
        tokens.c.hash,
        tokens.c.handset_id,
        tokens.c.kind,
        tokens.c.ends_at,
        tokens.c.used_at,
        tokens.c.replaced_at,
        is_child_used,
    ).where(tokens.c.hash == hashed)
    row = (await conn.execute(query)).one_or_none()
    return Token(row[0], HandsetId(row[1]), TokenKind(row[2]), *row[3:]) if row else None


async def use_token(conn: AsyncConnection, hashed: bytes, *, at: datetime) -> None:
    """Spent; what was given for it earlier and got lost opens nothing any more."""
    given = tokens.c.parent == hashed
    await conn.execute(delete(tokens).where(given, tokens.c.kind == TokenKind.ACCESS))
    await conn.execute(update(tokens).where(given, tokens.c.replaced_at.is_(None)).values(replaced_at=at))
    await conn.execute(
        update(tokens).where(tokens.c.hash == hashed, tokens.c.used_at.is_(None)).values(used_at=at)
    )


async def bearer(conn: AsyncConnection, hashed: bytes, *, now: datetime) -> tuple[Relative, datetime] | None:
    """Who holds this access token, and when the device was last noted to be in use."""
    query = (
        select(handsets.c.relative_id, handsets.c.id, handsets.c.scopes, handsets.c.seen_at)
        .join(tokens, tokens.c.handset_id == handsets.c.id)
        .where(
            tokens.c.hash == hashed,
            tokens.c.kind == TokenKind.ACCESS,
            tokens.c.ends_at > now,
            handsets.c.ended_at.is_(None),
            handsets.c.ends_at > now,
        )
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    return Relative(RelativeId(row[0]), HandsetId(row[1]), _scopes(row.scopes)), row.seen_at


async def seen(conn: AsyncConnection, ident: HandsetId, *, at: datetime) -> None:
    await conn.execute(update(handsets).where(handsets.c.id == ident).values(seen_at=at))


async def sweep(conn: AsyncConnection, *, before: datetime) -> None:
    """Codes and tokens that ended before then."""
    await conn.execute(delete(grants).where(grants.c.ends_at < before))
    await conn.execute(delete(tokens).where(tokens.c.ends_at < before))


def _scopes(names: Sequence[str]) -> frozenset[KinScope]:
    return frozenset(map(KinScope, names))


def _handset(row: Any) -> Handset:
    return Handset(HandsetId(row[0]), RelativeId(row[1]), row[2], _scopes(row[3]), *row[4:])
