"""Consent is written down; a withdrawal asks a human to end the relation, and ends nothing by itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import PersonId
from geofence.consents import rules, store
from geofence.consents.model import Consent, Word
from geofence.relations.model import RelationId
from geofence.store.relations import Written
from inmates import service as people
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST: Final = 50
KIND: Final = "consent_withdrawn"
WITHIN: Final = timedelta(days=1)
"""Somebody who no longer agrees carries a device no longer than that."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A relation, and how consent to it stands."""

    relation: Written
    consent: Consent


async def listed(
    conn: AsyncConnection, caller: Caller, *, after: RelationId | None = None
) -> tuple[list[Bound], RelationId | None]:
    """Relations that hold now and bind or protect one of the caller's people."""
    found = await store.listed(conn, people.within(caller), after=after, most=MOST + 1)
    page = found[:MOST]
    said = await store.consents(conn, page)
    bound = [Bound(one, said[one.id]) for one in page]
    return bound, page[-1].id if len(found) > MOST else None


async def known(conn: AsyncConnection, caller: Caller, *, relation: RelationId) -> Bound:
    found = await store.one(conn, people.within(caller), relation=relation)
    if found is None:
        raise NotFound
    return Bound(found, (await store.consents(conn, [found]))[relation])


async def say(
    conn: AsyncConnection, caller: Caller, *, relation: RelationId, word: Word, document: str, on: date
) -> None:
    await store.hold(conn, relation)
    found, now = await known(conn, caller, relation=relation), clock.now()
    document = rules.checked(found.consent, word, document=document, on=on, today=clock.today())
    made = await store.add(conn, relation, word=word, document=document, on=on, by=caller.user, at=now)
    for person in (found.relation.person_id, found.relation.other_id):
        await _record(conn, caller, person=person, relation=relation, word=word, consent=made)
    if word is Word.WITHDRAWN:
        await _ask(conn, found.relation, now=now)
    else:
        await tasks.settle(conn, caller, kind=KIND, subject=relation)


async def _ask(conn: AsyncConnection, written: Written, *, now: datetime) -> None:
    """Whoever is at hand of the one who is bound: ends the relation, takes the device off."""
    role = await people.near(conn, written.person_id)
    wanted = Wanted(written.person_id, KIND, role, now + WITHIN, "relation", written.id, is_urgent=True)
    await tasks.add(conn, wanted)


async def _record(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, relation: int, word: Word, consent: int
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.ORDER_WRITE,
        subject_kind="person",
        subject=person,
        detail={"relation": relation, "consent": consent, "word": word},
    )
