"""Drafts as the records hold them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import RelativeId
from messaging.mobile.tables import drafts


async def add(
    conn: AsyncConnection, relative: RelativeId, client_id: UUID, *, body: bytes, at: datetime
) -> int | None:
    """None: this draft is there already."""
    row = {"relative_id": relative, "client_id": client_id, "version": 1, "body": body, "updated_at": at}
    made = insert(drafts).values(row).on_conflict_do_nothing().returning(drafts.c.id)
    found = (await conn.execute(made)).scalar()
    return None if found is None else int(found)


async def count(conn: AsyncConnection, relative: RelativeId, *, most: int) -> int:
    query = select(drafts.c.id).where(drafts.c.relative_id == relative).limit(most)
    return len((await conn.execute(query)).all())


async def draft(conn: AsyncConnection, relative: RelativeId, ident: int) -> Any:
    """Locked; none: not this relative's."""
    query = select(drafts).where(drafts.c.id == ident, drafts.c.relative_id == relative).with_for_update()
    return (await conn.execute(query)).one_or_none()


async def named(conn: AsyncConnection, relative: RelativeId, client_id: UUID) -> Any:
    query = select(drafts).where(drafts.c.client_id == client_id, drafts.c.relative_id == relative)
    return (await conn.execute(query)).one_or_none()


async def write(conn: AsyncConnection, ident: int, *, version: int, body: bytes, at: datetime) -> None:
    row = {"version": version, "body": body, "updated_at": at}
    await conn.execute(update(drafts).where(drafts.c.id == ident).values(row))


async def drop(conn: AsyncConnection, ident: int) -> None:
    await conn.execute(delete(drafts).where(drafts.c.id == ident))
