"""What the register and the files' store hold of a play's relatives, read straight from the database."""

from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.sealing import Keys
from messaging.appeals.tables import appeals
from messaging.mobile.uploads import service
from messaging.mobile.uploads.model import UploadId
from messaging.mobile.uploads.tables import uploads
from messaging.relatives.files.tables import attached
from simulators.relatives.counting import Registered, Stored


async def registered(conn: AsyncConnection, accounts: Collection[int], *, since_ms: int) -> list[Registered]:
    """Without what the same relatives sent in an earlier play: its ids are older."""
    query = select(
        appeals.c.client_id, appeals.c.id, appeals.c.number, appeals.c.account_id, appeals.c.content_sha256
    ).where(appeals.c.account_id.in_(accounts))
    rows = [Registered(*row) for row in await conn.execute(query)]
    return [row for row in rows if row.client_id.int >> 80 >= since_ms]


async def stored(
    conn: AsyncConnection, keys: Keys, accounts: Collection[int], *, since_ms: int
) -> list[Stored]:
    """Each file is put together again from its sealed pieces."""
    query = (
        select(uploads, attached.c.appeal_id)
        .join(attached, attached.c.upload_id == uploads.c.id, isouter=True)
        .where(uploads.c.relative_id.in_(accounts), uploads.c.state == "kept")
    )
    found = []
    for row in (await conn.execute(query)).all():
        if row.client_id.int >> 80 >= since_ms:
            content = await service.whole(conn, keys, upload=UploadId(row.id))
            is_whole = row.length == row.received == len(content)
            digest = sha256(content).hexdigest()
            found.append(Stored(row.client_id, digest, row.digest, is_whole, row.appeal_id))
    return found
