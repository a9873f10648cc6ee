"""Entering many people at once, each as `service.enter` would; who looks alike was asked before."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, db
from core.auth import Caller, Permission
from core.model import PersonId
from core.sealing import Keys
from inmates.identity import sealing
from inmates.identity.model import Identity
from inmates.identity.service import SEEN_BY_MAKER
from inmates.identity.store import many as store
from inmates.service import within
from inmates.tables import persons


async def enter(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    new: Sequence[tuple[str, Identity]],
    detail: Mapping[str, Any],
) -> list[PersonId]:
    """File number and identity (as `rules.kept` leaves it) of each; `detail` goes into each audit row."""
    ids = [PersonId(ident) for ident in await db.numbers(conn, persons, count=len(new))]
    rows = [
        (ident, number, identity, sealing.sealed(keys, ident, identity))
        for ident, (number, identity) in zip(ids, new, strict=True)
    ]
    is_scoped = within(caller).user is not None
    shown = Range(clock.now(), clock.now() + SEEN_BY_MAKER) if is_scoped else None
    await store.enter(conn, rows, by=caller.user, shown=shown)
    said = {"part": "identity", "version": 1, "changed": [], **detail}
    deeds = [(ident, said) for ident in ids]
    await audit.record_many(
        conn, caller.user, action=Permission.PERSON_WRITE, subject_kind="person", deeds=deeds
    )
    return ids


async def holders(
    conn: AsyncConnection, keys: Keys, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], PersonId]:
    """Field and search key of an identifier → who has or had it, whoever may see them."""
    clear = {(name, sealing.blind(keys, name, key)): (name, key) for name, key in wanted}
    by_field: dict[str, list[bytes]] = {}
    for name, hidden in clear:
        by_field.setdefault(name, []).append(hidden)
    return {clear[found]: person for found, person in (await store.held(conn, by_field)).items()}
