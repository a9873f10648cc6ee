"""Uploads and their parts as the database holds them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import RelativeId
from messaging.mobile.uploads.model import Fault, State, Upload, UploadId
from messaging.mobile.uploads.tables import upload_copies, upload_parts, uploads

UPLOAD: Final = (
    uploads.c.id,
    uploads.c.relative_id,
    uploads.c.client_id,
    uploads.c.length,
    uploads.c.received,
    uploads.c.declared,
    uploads.c.state,
    uploads.c.fault,
    uploads.c.digest,
    uploads.c.ends_at,
)


async def add(
    conn: AsyncConnection,
    relative: RelativeId,
    client_id: UUID,
    *,
    length: int,
    declared: str,
    at: datetime,
    ends_at: datetime,
) -> UploadId:
    """The same file announced again is the one that is there."""
    row = {
        "relative_id": relative,
        "client_id": client_id,
        "length": length,
        "received": 0,
        "declared": declared,
        "state": State.RECEIVING,
        "made_at": at,
        "ends_at": ends_at,
    }
    await conn.execute(
        upsert(uploads).values(row).on_conflict_do_nothing(index_elements=["relative_id", "client_id"])
    )
    mine = uploads.c.relative_id == relative, uploads.c.client_id == client_id
    return UploadId((await conn.execute(select(uploads.c.id).where(*mine))).scalar_one())


async def unfinished(conn: AsyncConnection, relative: RelativeId) -> int:
    query = select(func.count()).where(uploads.c.relative_id == relative, uploads.c.state == State.RECEIVING)
    return int((await conn.execute(query)).scalar_one())


async def own(conn: AsyncConnection, relative: RelativeId, *, upload: UploadId) -> Upload | None:
    """Locked: parts come one after the other."""
    query = select(*UPLOAD).where(uploads.c.id == upload, uploads.c.relative_id == relative)
    row = (await conn.execute(query.with_for_update())).one_or_none()
    return _upload(row) if row else None


async def add_part(conn: AsyncConnection, upload: UploadId, *, at: int, body: bytes, size: int) -> None:
    await conn.execute(insert(upload_parts).values(upload_id=upload, at=at, body=body))
    await conn.execute(update(uploads).where(uploads.c.id == upload).values(received=at + size))


async def parts(conn: AsyncConnection, upload: UploadId) -> list[tuple[int, bytes]]:
    query = select(upload_parts.c.at, upload_parts.c.body).where(upload_parts.c.upload_id == upload)
    return [(row[0], row[1]) for row in await conn.execute(query.order_by(upload_parts.c.at))]


async def finish(
    conn: AsyncConnection, upload: UploadId, *, fault: Fault | None, digest: str, derived: bytes | None
) -> None:
    """What is refused is not kept."""
    state = State.REFUSED if fault else State.KEPT
    row = {"state": state, "fault": fault, "digest": digest}
    await conn.execute(update(uploads).where(uploads.c.id == upload).values(row))
    if fault:
        await conn.execute(delete(upload_parts).where(upload_parts.c.upload_id == upload))
    if derived is not None:
        await conn.execute(insert(upload_copies).values(upload_id=upload, body=derived))


async def derived(conn: AsyncConnection, upload: UploadId) -> bytes | None:
    query = select(upload_copies.c.body).where(upload_copies.c.upload_id == upload)
    found: bytes | None = (await conn.execute(query)).scalar()
    return found


async def drop(conn: AsyncConnection, upload: UploadId) -> None:
    await conn.execute(delete(uploads).where(uploads.c.id == upload))


async def lengthen(conn: AsyncConnection, upload: UploadId, *, ends_at: datetime) -> None:
    """Something holds it now."""
    await conn.execute(update(uploads).where(uploads.c.id == upload).values(ends_at=ends_at))


async def sweep(conn: AsyncConnection, *, before: datetime) -> int:
    return (await conn.execute(delete(uploads).where(uploads.c.ends_at < before))).rowcount


def _upload(row: Any) -> Upload:
    fault = Fault(row.fault) if row.fault else None
    return Upload(
        UploadId(row.id),
        RelativeId(row.relative_id),
        str(row.client_id),
        row.length,
        row.received,
        row.declared,
        State(row.state),
        fault,
        row.digest,
        row.ends_at,
    )
