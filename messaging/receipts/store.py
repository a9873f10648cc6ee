"""Receipts as the database holds them."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.receipts.model import Kept, Receipt
from messaging.receipts.tables import receipts


async def add(conn: AsyncConnection, receipt: Receipt, *, kept: Kept, key_id: str) -> None:
    row = {
        "number": receipt.number,
        "code_hash": kept.code_hash,
        "token_hash": kept.token_hash,
        "content": receipt.content,
        "regime": receipt.regime,
        "registered_on": receipt.registered_on,
        "registered_at": receipt.registered_at,
        "due_on": receipt.due_on,
        "key_id": key_id,
    }
    await conn.execute(insert(receipts).values(row))


async def kept(conn: AsyncConnection, number: str) -> Kept | None:
    query = select(receipts.c.number, receipts.c.code_hash, receipts.c.token_hash)
    row = (await conn.execute(query.where(receipts.c.number == number))).one_or_none()
    return Kept(*row) if row else None


async def receipt(conn: AsyncConnection, number: str) -> Receipt | None:
    columns = ("number", "content", "regime", "registered_on", "registered_at", "due_on")
    query = select(*(receipts.c[name] for name in columns)).where(receipts.c.number == number)
    row = (await conn.execute(query)).one_or_none()
    return Receipt(*row) if row else None
