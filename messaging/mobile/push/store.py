"""Devices to wake as the database holds them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import HandsetId, RelativeId
from messaging.mobile.push.model import Due
from messaging.mobile.push.tables import pushes
from messaging.mobile.tables import changes, feeds
from messaging.relatives.accounts.tables import handsets

MOST: Final = 200
"""Devices a round."""


async def subscribe(
    conn: AsyncConnection, handset: HandsetId, relative: RelativeId, *, endpoint: bytes, at: datetime
) -> None:
    """From now on: what is there already was seen, or will be."""
    seq = func.coalesce(_feed(relative), 0)
    row = {"endpoint": endpoint, "told": seq, "failures": 0, "next_at": at}
    made = insert(pushes).values(handset_id=handset, made_at=at, **row)
    await conn.execute(made.on_conflict_do_update(index_elements=["handset_id"], set_=row))


async def is_on(conn: AsyncConnection, handset: HandsetId) -> bool:
    query = select(pushes.c.handset_id).where(pushes.c.handset_id == handset)
    return (await conn.execute(query)).scalar() is not None


async def drop(conn: AsyncConnection, handset: HandsetId) -> bool:
    return bool((await conn.execute(delete(pushes).where(pushes.c.handset_id == handset))).rowcount)


async def told(conn: AsyncConnection, handset: HandsetId, *, seq: int) -> None:
    """So far it needs no waking."""
    mine = pushes.c.handset_id == handset, pushes.c.told < seq
    await conn.execute(update(pushes).where(*mine).values(told=seq))


async def take(conn: AsyncConnection, *, now: datetime, quiet: datetime, until: datetime) -> Sequence[Due]:
    """Devices of those for whom something is new since before `quiet`; nobody else takes them until then."""
    due = _due(now, quiet).cte("due")
    mine = (
        update(pushes)
        .where(pushes.c.handset_id == due.c.handset_id, handsets.c.id == pushes.c.handset_id)
        .values(next_at=until)
        .returning(
            pushes.c.handset_id,
            pushes.c.endpoint,
            select(feeds.c.seq).where(feeds.c.relative_id == handsets.c.relative_id).scalar_subquery(),
            pushes.c.failures,
        )
    )
    return [Due(HandsetId(row[0]), *row[1:]) for row in await conn.execute(mine)]


async def woken(conn: AsyncConnection, due: Due, *, at: datetime) -> None:
    row: dict[str, Any] = {"told": func.greatest(pushes.c.told, due.seq), "failures": 0, "next_at": at}
    await conn.execute(update(pushes).where(pushes.c.handset_id == due.handset).values(row))


async def failed(conn: AsyncConnection, due: Due, *, next_at: datetime) -> None:
    row = {"failures": due.failures + 1, "next_at": next_at}
    await conn.execute(update(pushes).where(pushes.c.handset_id == due.handset).values(row))


async def sweep(conn: AsyncConnection, *, now: datetime) -> int:
    """Of devices that are signed out."""
    over = select(handsets.c.id).where(or_(handsets.c.ended_at.is_not(None), handsets.c.ends_at <= now))
    return (await conn.execute(delete(pushes).where(pushes.c.handset_id.in_(over)))).rowcount


def _due(now: datetime, quiet: datetime) -> Select[tuple[int]]:
    news = exists().where(
        changes.c.relative_id == handsets.c.relative_id,
        changes.c.seq > pushes.c.told,
        changes.c.at <= quiet,
    )
    return (
        select(pushes.c.handset_id)
        .join(handsets, handsets.c.id == pushes.c.handset_id)
        .where(pushes.c.next_at <= now, handsets.c.ended_at.is_(None), handsets.c.ends_at > now, news)
        .order_by(pushes.c.next_at)
        .limit(MOST)
        .with_for_update(of=pushes, skip_locked=True)
    )


def _feed(relative: RelativeId) -> ColumnElement[int]:
    return select(feeds.c.seq).where(feeds.c.relative_id == relative).scalar_subquery()
