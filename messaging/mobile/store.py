"""Answered requests and feeds as the records hold them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import RelativeId
from messaging.mobile.model import Change, Errand, Stored, Thing
from messaging.mobile.tables import answered, changes, feeds


async def lock(conn: AsyncConnection, number: int) -> bool:
    """Until the end of the transaction; false: somebody else holds it."""
    return bool((await conn.execute(select(func.pg_try_advisory_xact_lock(number)))).scalar_one())


async def stored(conn: AsyncConnection, errand: Errand) -> Stored | None:
    query = select(answered.c.fingerprint, answered.c.status, answered.c.headers, answered.c.body).where(
        answered.c.relative_id == errand.relative, answered.c.key == errand.key
    )
    row = (await conn.execute(query)).one_or_none()
    return Stored(*row) if row else None


async def keep(conn: AsyncConnection, errand: Errand, stored: Stored, *, at: datetime) -> None:
    row = {
        "relative_id": errand.relative,
        "key": errand.key,
        "fingerprint": errand.fingerprint,
        "status": stored.status,
        "headers": stored.headers,
        "body": stored.body,
        "at": at,
    }
    await conn.execute(insert(answered).values(row))


async def sweep(conn: AsyncConnection, *, before: datetime) -> int:
    return (await conn.execute(delete(answered).where(answered.c.at < before))).rowcount


async def announce(
    conn: AsyncConnection, relative: RelativeId, *, thing: Thing, subject: int, is_gone: bool, at: datetime
) -> int:
    """The next number of this relative's feed. The row of the feed is held until commit: who reads by number
    never overtakes a slower transaction."""
    turn = insert(feeds).values(relative_id=relative, seq=1)
    turn = turn.on_conflict_do_update(index_elements=["relative_id"], set_={"seq": feeds.c.seq + 1})
    seq = int((await conn.execute(turn.returning(feeds.c.seq))).scalar_one())
    news = {"seq": seq, "is_gone": is_gone, "at": at}
    key = {"relative_id": relative, "thing": thing, "subject_id": subject}
    made = insert(changes).values(key | news)
    await conn.execute(made.on_conflict_do_update(index_elements=list(key), set_=news))
    return seq


async def after(conn: AsyncConnection, relative: RelativeId, *, seq: int, most: int) -> Sequence[Change]:
    """What a device has not seen yet, oldest first."""
    query = (
        select(changes.c.seq, changes.c.thing, changes.c.subject_id, changes.c.is_gone, changes.c.at)
        .where(changes.c.relative_id == relative, changes.c.seq > seq)
        .order_by(changes.c.seq)
        .limit(most)
    )
    rows = await conn.execute(query)
    return [Change(row[0], Thing(row[1]), row[2], row[3], row[4]) for row in rows]


async def newest(conn: AsyncConnection, relatives: Collection[RelativeId]) -> dict[RelativeId, int]:
    """How far each of these feeds is."""
    query = select(feeds.c.relative_id, feeds.c.seq).where(feeds.c.relative_id.in_(list(relatives)))
    return {RelativeId(row[0]): row[1] for row in await conn.execute(query)}
