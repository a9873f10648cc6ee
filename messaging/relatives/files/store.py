"""Attachments as the database holds them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from messaging.appeals.model import AppealId
from messaging.mobile.uploads.model import UploadId
from messaging.mobile.uploads.tables import uploads
from messaging.relatives.files.tables import attached
from messaging.relatives.kinship.model import ClaimId


@dataclass(frozen=True, slots=True)
class Attached:
    id: UploadId
    type: str
    length: int
    sha256: str
    at: datetime


async def attach(
    conn: AsyncConnection,
    upload: UploadId,
    *,
    appeal: AppealId | None = None,
    claim: ClaimId | None = None,
    at: datetime,
) -> bool:
    """False: it is attached already."""
    row = {"upload_id": upload, "appeal_id": appeal, "claim_id": claim, "at": at}
    made = insert(attached).values(row).on_conflict_do_nothing().returning(attached.c.upload_id)
    return (await conn.execute(made)).scalar() is not None


async def of_appeal(conn: AsyncConnection, appeal: AppealId) -> list[Attached]:
    query = (
        select(uploads.c.id, uploads.c.declared, uploads.c.length, uploads.c.digest, attached.c.at)
        .join(attached, attached.c.upload_id == uploads.c.id)
        .where(attached.c.appeal_id == appeal)
        .order_by(attached.c.at, uploads.c.id)
    )
    return [Attached(UploadId(row[0]), *row[1:]) for row in await conn.execute(query)]


async def of_claim(conn: AsyncConnection, claim: ClaimId) -> list[Attached]:
    query = (
        select(uploads.c.id, uploads.c.declared, uploads.c.length, uploads.c.digest, attached.c.at)
        .join(attached, attached.c.upload_id == uploads.c.id)
        .where(attached.c.claim_id == claim)
        .order_by(attached.c.at, uploads.c.id)
    )
    return [Attached(UploadId(row[0]), *row[1:]) for row in await conn.execute(query)]
