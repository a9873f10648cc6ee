"""Relations that a caller may read, and what was said about consent to them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import HERE
from core.model import UserId
from core.tables import users
from geofence.consents.model import Consent, ConsentId, Said, Word
from geofence.consents.tables import relation_consents
from geofence.relations.model import RelationId
from geofence.store import relations
from geofence.store.relations import Written
from geofence.tables import proximities
from inmates.model import Scope
from inmates.store import seen_by


async def listed(
    conn: AsyncConnection, scope: Scope, *, after: RelationId | None, most: int
) -> list[Written]:
    """Those that hold now, in the order of their numbers."""
    holds = proximities.c.during.contains(scope.at), _seen(scope), proximities.c.id > (after or 0)
    query = select(proximities.c.id).where(*holds).order_by(proximities.c.id).limit(most)
    return await relations.listed(conn, list((await conn.scalars(query)).all()))


async def one(conn: AsyncConnection, scope: Scope, *, relation: RelationId) -> Written | None:
    """Over or not, of whoever sees one of the two."""
    seen = await conn.scalar(select(proximities.c.id).where(proximities.c.id == relation, _seen(scope)))
    return next(iter(await relations.listed(conn, [seen])), None) if seen else None


async def hold(conn: AsyncConnection, relation: RelationId) -> None:
    """Until the end of the transaction: of two who write the second sees the first."""
    await conn.execute(select(proximities.c.id).where(proximities.c.id == relation).with_for_update())


async def consents(conn: AsyncConnection, written: Sequence[Written]) -> dict[RelationId, Consent]:
    """The word under which each relation was made, and what was said since."""
    said = {one.id: [_first(one)] for one in written}
    query = (
        select(relation_consents, users.c.shown_as)
        .join(users, users.c.id == relation_consents.c.made_by)
        .where(relation_consents.c.relation_id.in_(list(said)))
        .order_by(relation_consents.c.id)
    )
    for row in await conn.execute(query):
        about = row.document, row.on_date, UserId(row.made_by), row.shown_as, row.made_at
        said[row.relation_id].append(Said(Word(row.word), *about))
    return {relation: Consent(relation, tuple(words)) for relation, words in said.items()}


async def add(
    conn: AsyncConnection,
    relation: RelationId,
    *,
    word: Word,
    document: str,
    on: date,
    by: UserId,
    at: datetime,
) -> ConsentId:
    row = {
        "relation_id": relation,
        "word": word,
        "document": document,
        "on_date": on,
        "made_by": by,
        "made_at": at,
    }
    made = await conn.execute(insert(relation_consents).values(row).returning(relation_consents.c.id))
    return ConsentId(made.scalar_one())


def _first(one: Written) -> Said:
    on = one.granted_at.astimezone(HERE).date()
    return Said(Word.GIVEN, one.consent, on, one.granted_by, one.granted_by_name, one.granted_at)


def _seen(scope: Scope) -> ColumnElement[bool]:
    return or_(seen_by(scope, proximities.c.person_id), seen_by(scope, proximities.c.other_id))
