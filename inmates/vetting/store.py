"""Campaigns as the database holds them, and the end of a posting."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core.accounts import in_force
from core.model import UserId
from core.tables import users
from inmates.tables import institutions, postings
from inmates.tasks.tables import tasks
from inmates.vetting.model import Item, ItemId, Kind, Saying, SayingId, Verdict, Vetting, VettingId
from inmates.vetting.tables import vetting_items, vetting_verdicts, vettings

asked, said = vetting_items.c, vetting_verdicts.c


async def begin(
    conn: AsyncConnection, *, by: UserId | None, at: datetime, due_on: date, law: str
) -> VettingId:
    """With an item for each account that opens something now, and for each place it is posted in."""
    row = {"begun_at": at, "begun_by": by, "due_on": due_on, "law": law}
    made = await conn.execute(insert(vettings).values(row).returning(vettings.c.id))
    ident = VettingId(made.scalar_one())
    columns = ["vetting_id", "user_id", "role", "kind", "posting_id", "institution_id"]
    for found in (_accounts(ident, at), _posted(ident, at)):
        await conn.execute(insert(vetting_items).from_select(columns, found))
    return ident


def _accounts(ident: VettingId, at: datetime) -> Select[Any]:
    """The place whose head is asked: where somebody has been posted longest."""
    first = (
        select(postings.c.institution_id)
        .where(postings.c.user_id == users.c.id, postings.c.during.contains(at))
        .order_by(func.lower(postings.c.during), postings.c.id)
        .limit(1)
        .scalar_subquery()
    )
    kind = literal(Kind.ACCOUNT.value, String)
    query = select(literal(ident), users.c.id, users.c.role, kind, null(), first)
    return query.where(in_force(at)).order_by(users.c.id)


def _posted(ident: VettingId, at: datetime) -> Select[Any]:
    kind = literal(Kind.POSTING.value, String)
    return (
        select(literal(ident), users.c.id, users.c.role, kind, postings.c.id, postings.c.institution_id)
        .join(postings, postings.c.user_id == users.c.id)
        .where(in_force(at), postings.c.during.contains(at))
        .order_by(users.c.id, postings.c.id)
    )


def _is_said() -> Any:
    return select(said.id).where(said.item_id == asked.id).exists()


async def latest(conn: AsyncConnection) -> Vetting | None:
    one = vettings.c
    of = asked.vetting_id == one.id
    items = select(func.count()).where(of).scalar_subquery()
    left = select(func.count()).where(of, ~_is_said()).scalar_subquery()
    query = select(one.id, one.begun_at, one.due_on, one.law, items, left)
    row = (await conn.execute(query.order_by(one.id.desc()).limit(1))).one_or_none()
    return Vetting(VettingId(row[0]), *row[1:]) if row else None


def _items() -> Select[Any]:
    """Each with the last thing that was said of it."""
    speaker, later = users.alias(), vetting_verdicts.alias()
    replaced = select(later.c.id).where(later.c.replaces == said.id).exists()
    return (
        select(
            *(asked.id, asked.vetting_id, asked.user_id, users.c.login, users.c.shown_as, asked.role),
            *(asked.kind, asked.posting_id, asked.institution_id, institutions.c.name, users.c.ends_at),
            *(said.id, said.verdict, said.words, said.said_at, speaker.c.shown_as),
        )
        .select_from(vetting_items)
        .join(users, users.c.id == asked.user_id)
        .outerjoin(institutions, institutions.c.id == asked.institution_id)
        .outerjoin(vetting_verdicts, and_(said.item_id == asked.id, ~replaced))
        .outerjoin(speaker, speaker.c.id == said.said_by)
    )


async def item(conn: AsyncConnection, ident: ItemId) -> Item | None:
    row = (await conn.execute(_items().where(asked.id == ident))).one_or_none()
    return _item(row) if row else None


async def items(
    conn: AsyncConnection,
    vetting: VettingId,
    *,
    houses: frozenset[int] | None,
    after: ItemId | None,
    most: int,
) -> Sequence[Item]:
    """In the order in which they were asked; `houses`: of these institutions only."""
    query = _items().where(asked.vetting_id == vetting).order_by(asked.id).limit(most)
    if houses is not None:
        query = query.where(asked.institution_id.in_(houses))
    if after is not None:
        query = query.where(asked.id > after)
    return [_item(row) for row in await conn.execute(query)]


async def say(
    conn: AsyncConnection, of: Item, *, verdict: Verdict, words: str, by: UserId, at: datetime
) -> SayingId:
    row = {
        "item_id": of.id,
        "user_id": of.user,
        "verdict": verdict,
        "words": words,
        "said_by": by,
        "said_at": at,
        "replaces": of.saying.id if of.saying else None,
    }
    made = await conn.execute(insert(vetting_verdicts).values(row).returning(said.id))
    return SayingId(made.scalar_one())


async def end_posting(conn: AsyncConnection, posting: int, *, at: datetime) -> None:
    """Where it still runs."""
    runs = postings.c.id == posting, postings.c.during.contains(at)
    shorter = postings.c.during * Range(None, at)
    await conn.execute(update(postings).where(*runs).values(during=shorter))


async def houses(conn: AsyncConnection, user: UserId, *, at: datetime) -> frozenset[int]:
    query = select(postings.c.institution_id).where(
        postings.c.user_id == user, postings.c.during.contains(at)
    )
    return frozenset((await conn.execute(query)).scalars())


async def was_asked(conn: AsyncConnection, kind: str, vetting: VettingId) -> bool:
    """Whether there is or was such a task of this campaign."""
    query = select(tasks.c.id).where(tasks.c.kind == kind, tasks.c.subject_id == vetting).limit(1)
    return (await conn.execute(query)).first() is not None


def _item(row: Any) -> Item:
    ident, verdict, words, at, shown_as = row[11:]
    saying = Saying(SayingId(ident), Verdict(verdict), words, at, shown_as) if ident else None
    found = Item(ItemId(row[0]), VettingId(row[1]), UserId(row[2]), *row[3:11])
    return replace(found, kind=Kind(found.kind), saying=saying)
