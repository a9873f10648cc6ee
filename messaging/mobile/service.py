"""What changed for a relative, and drafts that a second device may go on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.compartments import seal, unseal
from core.errors import Conflict, NotFound, Stale
from core.kin import Relative
from core.model import RelativeId
from core.sealing import Keys
from messaging.mobile import rules, store, store_drafts
from messaging.mobile.edge import COMPARTMENT
from messaging.mobile.model import Change, Draft, Thing
from messaging.mobile.push import store as pushes

MOST: Final = 100
"""Changes of a page."""
DRAFTS: Final = 100
"""Of one relative."""


class TooManyDrafts(Conflict):
    code = "too_many_drafts"


@dataclass(frozen=True, slots=True)
class News:
    changes: Sequence[Change]
    cursor: str
    """Where the next page begins."""
    has_more: bool


async def announce(
    conn: AsyncConnection, relative: RelativeId, *, thing: Thing, subject: int, is_gone: bool = False
) -> None:
    """The last thing of a transaction: until commit nothing else of this relative can be announced."""
    await store.announce(conn, relative, thing=thing, subject=subject, is_gone=is_gone, at=clock.now())


async def changes(conn: AsyncConnection, keys: Keys, relative: Relative, *, cursor: str) -> News:
    seq = rules.place(relative.id, cursor, mac=_mac(keys))
    found = await store.after(conn, relative.id, seq=seq, most=MOST + 1)
    page = found[:MOST]
    last = page[-1].seq if page else seq
    await pushes.told(conn, relative.handset, seq=last)
    return News(page, rules.cursor(relative.id, last, mac=_mac(keys)), len(found) > MOST)


def place(keys: Keys, relative: Relative, *, cursor: str) -> int:
    """Where a cursor stands."""
    return rules.place(relative.id, cursor, mac=_mac(keys))


def cursor(keys: Keys, relative: Relative, *, seq: int) -> str:
    return rules.cursor(relative.id, seq, mac=_mac(keys))


async def add_draft(
    conn: AsyncConnection, keys: Keys, relative: Relative, *, client_id: UUID, body: str
) -> Draft:
    """The same draft sent again is the one that is there."""
    if await store_drafts.count(conn, relative.id, most=DRAFTS) >= DRAFTS:
        raise TooManyDrafts
    sealed = seal(keys, COMPARTMENT, body, place=_place(relative.id, client_id))
    made = await store_drafts.add(conn, relative.id, client_id, body=sealed, at=clock.now())
    if made is not None:
        await announce(conn, relative.id, thing=Thing.DRAFT, subject=made)
    return _opened(keys, relative, await store_drafts.named(conn, relative.id, client_id))


async def read_draft(conn: AsyncConnection, keys: Keys, relative: Relative, *, draft: int) -> Draft:
    return _opened(keys, relative, await store_drafts.draft(conn, relative.id, draft))


async def write_draft(
    conn: AsyncConnection, keys: Keys, relative: Relative, *, draft: int, body: str, seen: int
) -> Draft:
    """Of two devices the second must look first."""
    found = await read_draft(conn, keys, relative, draft=draft)
    if found.version != seen:
        raise Stale
    sealed = seal(keys, COMPARTMENT, body, place=_place(relative.id, UUID(found.client_id)))
    await store_drafts.write(conn, draft, version=seen + 1, body=sealed, at=clock.now())
    await announce(conn, relative.id, thing=Thing.DRAFT, subject=draft)
    return await read_draft(conn, keys, relative, draft=draft)


async def drop_draft(conn: AsyncConnection, keys: Keys, relative: Relative, *, draft: int) -> None:
    await read_draft(conn, keys, relative, draft=draft)
    await store_drafts.drop(conn, draft)
    await announce(conn, relative.id, thing=Thing.DRAFT, subject=draft, is_gone=True)


async def sweep(conn: AsyncConnection, *, now: datetime) -> int:
    """Answers that nobody asks for any more."""
    return await store.sweep(conn, before=now - rules.KEPT)


def _mac(keys: Keys) -> rules.Mac:
    return lambda text: keys.blind(COMPARTMENT, f"cursor:{text}")


def _opened(keys: Keys, relative: Relative, row: Any) -> Draft:
    if row is None:
        raise NotFound
    body = unseal(keys, COMPARTMENT, row.body, place=_place(relative.id, row.client_id))
    return Draft(row.id, str(row.client_id), row.version, body, row.updated_at)


def _place(relative: RelativeId, client_id: UUID) -> str:
    return f"relative_drafts.body:{relative}:{client_id}"
