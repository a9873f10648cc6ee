"""Sealed letters and answers; each statement opens the one box or letter that it is about (ADR-0048)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import compartments
from core.model import UserId
from messaging.sealed import rules
from messaging.sealed.model import AddresseeKey, Box, BoxKind, Contents, Letter, LetterId, Sealed
from messaging.sealed.store.boxes import of
from messaging.sealed.tables import (
    addressee_keys,
    opened_letters,
    sealed_answers,
    sealed_files,
    sealed_letters,
)


async def add(
    conn: AsyncConnection,
    ident: LetterId,
    sealed: Sealed,
    *,
    number: str,
    key: AddresseeKey,
    on: date,
    due_on: date,
    law: str,
) -> None:
    row = {
        "id": ident,
        "number": number,
        "box": sealed.box.kind,
        "holder": sealed.box.holder,
        "key_id": key.id,
        "received_on": on,
        "due_on": due_on,
        "law": law,
        "bucket": rules.message_bucket(sealed.message),
        "digest": rules.digest(sealed.message, sealed.files),
        "message": sealed.message,
    }
    files = [
        {"letter_id": ident, "position": place, "bucket": rules.file_bucket(content), "content": content}
        for place, content in enumerate(sealed.files, 1)
    ]
    async with compartments.letter_opened(conn, number):
        await conn.execute(insert(sealed_letters).values(row))
        for file in files:
            await conn.execute(insert(sealed_files).values(file))


def _letters() -> Select[Any]:
    files = select(func.count()).where(sealed_files.c.letter_id == sealed_letters.c.id).scalar_subquery()
    answered = (
        select(func.min(sealed_answers.c.answered_on))
        .where(sealed_answers.c.letter_id == sealed_letters.c.id)
        .scalar_subquery()
    )
    columns = [column for column in sealed_letters.c if column.name != "message"]
    return (
        select(
            *columns,
            addressee_keys.c.fingerprint,
            opened_letters.c.opening_id,
            files.label("files"),
            answered.label("answered_on"),
        )
        .join(addressee_keys, addressee_keys.c.id == sealed_letters.c.key_id)
        .outerjoin(opened_letters, opened_letters.c.letter_id == sealed_letters.c.id)
    )


async def of_box(
    conn: AsyncConnection, box: Box, *, after: LetterId | None = None, most: int, waiting: bool = False
) -> list[Letter]:
    """In the order of their drawn ids, which is none."""
    query = _letters().where(*of(sealed_letters, box)).order_by(sealed_letters.c.id).limit(most)
    if after is not None:
        query = query.where(sealed_letters.c.id > after)
    if waiting:
        query = query.where(opened_letters.c.opening_id.is_(None))
    async with compartments.box_opened(conn, box.name):
        return [_letter(row) for row in await conn.execute(query)]


async def one(conn: AsyncConnection, ident: LetterId, *, box: Box) -> Letter | None:
    query = _letters().where(sealed_letters.c.id == ident, *of(sealed_letters, box))
    async with compartments.box_opened(conn, box.name):
        row = (await conn.execute(query)).one_or_none()
    return _letter(row) if row else None


async def by_digest(conn: AsyncConnection, digest: bytes) -> Letter | None:
    query = _letters().where(sealed_letters.c.digest == digest)
    async with compartments.letter_opened(conn, digest.hex()):
        row = (await conn.execute(query)).one_or_none()
    return _letter(row) if row else None


async def by_number(conn: AsyncConnection, number: str) -> Letter | None:
    query = _letters().where(sealed_letters.c.number == number)
    async with compartments.letter_opened(conn, number):
        row = (await conn.execute(query)).one_or_none()
    return _letter(row) if row else None


async def contents(conn: AsyncConnection, ident: LetterId, *, box: Box) -> Contents:
    text = select(sealed_letters.c.message).where(sealed_letters.c.id == ident)
    files = select(sealed_files.c.content).where(sealed_files.c.letter_id == ident)
    async with compartments.box_opened(conn, box.name):
        message = (await conn.execute(text)).scalar_one()
        found = (await conn.execute(files.order_by(sealed_files.c.position))).scalars().all()
    return Contents(message, found)


async def answers(conn: AsyncConnection, letter: Letter) -> Sequence[tuple[date, bytes]]:
    query = select(sealed_answers.c.answered_on, sealed_answers.c.message)
    query = query.where(sealed_answers.c.letter_id == letter.id).order_by(sealed_answers.c.id)
    async with compartments.letter_opened(conn, letter.number):
        return [(on, message) for on, message in await conn.execute(query)]


async def add_answer(conn: AsyncConnection, letter: Letter, *, message: bytes, on: date, by: UserId) -> None:
    row = {"letter_id": letter.id, "answered_on": on, "message": message, "posted_by": by}
    async with compartments.box_opened(conn, letter.box.name):
        await conn.execute(insert(sealed_answers).values(row))


def _letter(row: Any) -> Letter:
    return Letter(
        LetterId(row.id),
        row.number,
        Box(BoxKind(row.box), row.holder),
        row.fingerprint,
        row.received_on,
        row.due_on,
        row.bucket,
        row.digest,
        row.files,
        row.opening_id,
        row.answered_on,
    )
