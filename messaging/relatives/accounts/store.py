"""Accounts, codes and texts as the records hold them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import RelativeId
from messaging.relatives.accounts.model import Proof
from messaging.relatives.accounts.tables import codes, relatives, texts


async def sent_since(conn: AsyncConnection, blind: bytes, *, since: datetime) -> tuple[int, datetime | None]:
    """How many codes a telephone got, and when the first of them."""
    query = select(func.count(), func.min(codes.c.made_at)).where(
        codes.c.phone_blind == blind, codes.c.made_at > since
    )
    count, first = (await conn.execute(query)).one()
    return count, first


async def add_code(conn: AsyncConnection, handle: bytes, proof: Proof, *, at: datetime) -> None:
    row = {
        "handle": handle,
        "phone": proof.phone,
        "phone_blind": proof.phone_blind,
        "code_mac": proof.code_mac,
        "made_at": at,
        "ends_at": proof.ends_at,
        "tries": proof.tries,
    }
    await conn.execute(insert(codes).values(row))


async def code(conn: AsyncConnection, handle: bytes) -> Proof | None:
    """Locked: a hundred tries at once are a hundred tries."""
    query = select(
        codes.c.phone,
        codes.c.phone_blind,
        codes.c.code_mac,
        codes.c.ends_at,
        codes.c.tries,
        codes.c.used_at,
    ).where(codes.c.handle == handle)
    row = (await conn.execute(query.with_for_update())).one_or_none()
    return Proof(*row) if row else None


async def tried(conn: AsyncConnection, handle: bytes, *, used_at: datetime | None) -> None:
    row = {"tries": codes.c.tries + 1, "used_at": used_at}
    await conn.execute(update(codes).where(codes.c.handle == handle).values(row))


async def known(conn: AsyncConnection, blind: bytes) -> RelativeId | None:
    found = (await conn.execute(select(relatives.c.id).where(relatives.c.phone_blind == blind))).scalar()
    return None if found is None else RelativeId(found)


async def enter(conn: AsyncConnection, blind: bytes, *, phone: bytes, language: str) -> RelativeId:
    """The account of this telephone, which now speaks this language."""
    row = {"phone": phone, "phone_blind": blind, "language": language}
    made = upsert(relatives).values(row)
    made = made.on_conflict_do_update(index_elements=["phone_blind"], set_={"language": language})
    return RelativeId((await conn.execute(made.returning(relatives.c.id))).scalar_one())


async def account(conn: AsyncConnection, relative: RelativeId) -> Any:
    """Sealed telephone with its blind key, language, since when."""
    query = select(
        relatives.c.phone, relatives.c.phone_blind, relatives.c.language, relatives.c.made_at
    ).where(relatives.c.id == relative)
    return (await conn.execute(query)).one()


async def add_text(
    conn: AsyncConnection, ident: UUID, *, phone: bytes, body: bytes, at: datetime, ends_at: datetime
) -> None:
    row = {"id": ident, "phone": phone, "body": body, "made_at": at, "ends_at": ends_at}
    await conn.execute(insert(texts).values(row))


async def waiting(conn: AsyncConnection, *, now: datetime, most: int) -> Sequence[Any]:
    """Texts that are still worth sending, the oldest first; two senders never get the same."""
    query = (
        select(texts.c.id, texts.c.phone, texts.c.body)
        .where(texts.c.sent_at.is_(None), texts.c.ends_at > now)
        .order_by(texts.c.made_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return (await conn.execute(query)).all()


async def sent(conn: AsyncConnection, ident: UUID, *, at: datetime) -> None:
    await conn.execute(update(texts).where(texts.c.id == ident).values(sent_at=at))


async def sweep(conn: AsyncConnection, *, before: datetime) -> None:
    """Codes and texts of another day say nothing any more."""
    await conn.execute(delete(codes).where(codes.c.made_at < before))
    await conn.execute(delete(texts).where(or_(texts.c.ends_at < before, texts.c.sent_at < before)))
