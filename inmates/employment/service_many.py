"""Registering many enforcement documents at once, each as `service_writs.add` would."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.model import PersonId
from inmates.employment import store_many
from inmates.employment.model import Claim


async def known(conn: AsyncConnection, people: Collection[PersonId]) -> set[tuple[PersonId, str, str]]:
    """Person, issuer and number of each document of these people."""
    return await store_many.papers(conn, people)


async def add(
    conn: AsyncConnection,
    caller: Caller,
    *,
    new: Sequence[tuple[PersonId, Claim]],
    detail: Mapping[str, Any],
) -> None:
    """`detail` goes into each audit row."""
    ids = await store_many.add(conn, new, by=caller.user)
    deeds = [
        (person, {"writ": ident, "version": 1, "kind": claim.kind, "state": claim.state, **detail})
        for ident, (person, claim) in zip(ids, new, strict=True)
    ]
    action = Permission.PAYROLL_WRITE
    await audit.record_many(conn, caller.user, action=action, subject_kind="person", deeds=deeds)
