"""Signed heads for everybody: hashes and counts, nothing else. Whoever keeps them is a witness."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import http
from core.auth import PUBLIC, Caller, allow
from core.ledger.tables import ledger_heads

router = APIRouter(tags=["ledger"])
MOST = 200


class SignedHead(BaseModel):
    """docs/ledger.md says how to check it."""

    body: str = Field(description="The text that is signed, to the byte.")
    signature: str = Field(description="Ed25519, 64 bytes in hex.")


@router.get("/v1/ledger/heads", summary="Signed heads after a number, the oldest first")
async def read_heads(
    conn: http.Conn,
    after: Annotated[int, Query(ge=-1, le=2**62)] = -1,
    _caller: Caller | None = allow(PUBLIC),
) -> list[SignedHead]:
    return await heads_after(conn, after)


@router.get("/v1/ledger/head", summary="The newest signed head; none: nothing was sealed yet")
async def read_head(conn: http.Conn, _caller: Caller | None = allow(PUBLIC)) -> list[SignedHead]:
    query = select(ledger_heads.c.body, ledger_heads.c.signature)
    return _shown(await conn.execute(query.order_by(ledger_heads.c.number.desc()).limit(1)))


async def heads_after(conn: AsyncConnection, after: int) -> list[SignedHead]:
    query = select(ledger_heads.c.body, ledger_heads.c.signature).where(ledger_heads.c.number > after)
    return _shown(await conn.execute(query.order_by(ledger_heads.c.number).limit(MOST)))


def _shown(rows: Iterable[Row[Any]]) -> list[SignedHead]:
    return [SignedHead(body=row.body.decode(), signature=row.signature.hex()) for row in rows]
