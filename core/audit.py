"""Who did what, to whom, when and why: one append-only row, in the transaction of the deed itself."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import UserId
from core.tables import audit


async def record(
    conn: AsyncConnection,
    user: UserId | None,
    *,
    action: str,
    subject_kind: str,
    subject: int | None = None,
    why: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """`detail` holds ids, times and codes; never names, coordinates or texts."""
    await conn.execute(
        insert(audit).values(
            user_id=user,
            action=str(action),
            subject_kind=subject_kind,
            subject_id=subject,
            why=why,
            detail=dict(detail or {}),
        )
    )


async def record_many(
    conn: AsyncConnection,
    user: UserId,
    *,
    action: str,
    subject_kind: str,
    deeds: Sequence[tuple[int, Mapping[str, Any]]],
) -> None:
    """Subject and detail of each; as many rows as `record` would write one by one."""
    row = {"user_id": user, "action": str(action), "subject_kind": subject_kind}
    rows = [row | {"subject_id": subject, "detail": json.dumps(dict(detail))} for subject, detail in deeds]
    await db.copy(conn, audit, rows=rows)
