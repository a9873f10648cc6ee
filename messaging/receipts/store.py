"""Receipts as the database holds them: those of the register, and those of sealed letters apart."""

from sqlalchemy import insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import compartments
from messaging.receipts.model import Kept, Receipt
from messaging.receipts.tables import receipts, sealed_receipts


async def add(conn: AsyncConnection, receipt: Receipt, *, kept: Kept, key_id: str) -> None:
    row = {
        "number": receipt.number,
        "content": receipt.content,
        "regime": receipt.regime,
        "registered_on": receipt.registered_on,
        "due_on": receipt.due_on,
        "key_id": key_id,
    }
    if kept.token_hash is not None:
        async with compartments.letter_opened(conn, receipt.number):
            await conn.execute(insert(sealed_receipts).values(row | {"token_hash": kept.token_hash}))
    else:
        more = {"code_hash": kept.code_hash, "registered_at": receipt.registered_at}
        await conn.execute(insert(receipts).values(row | more))


async def kept(conn: AsyncConnection, number: str) -> Kept | None:
    """Both tables are asked, whatever the number: a question takes the same time for each."""
    query = select(receipts.c.number, receipts.c.code_hash, literal(None)).where(receipts.c.number == number)
    row = (await conn.execute(query)).one_or_none()
    columns = sealed_receipts.c.number, literal(None), sealed_receipts.c.token_hash
    query = select(*columns).where(sealed_receipts.c.number == number)
    async with compartments.letter_opened(conn, number):
        apart = (await conn.execute(query)).one_or_none()
    found = row or apart
    return Kept(*found) if found else None


async def sealed(conn: AsyncConnection, number: str) -> Receipt | None:
    names = ("number", "content", "regime", "registered_on", "due_on")
    query = select(*(sealed_receipts.c[name] for name in names)).where(sealed_receipts.c.number == number)
    async with compartments.letter_opened(conn, number):
        row = (await conn.execute(query)).one_or_none()
    return Receipt(row.number, row.content, row.regime, row.registered_on, None, row.due_on) if row else None
