"""Facts and stored computations as the records hold them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, any_, cast, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.sentences import wire
from inmates.sentences.model import ComputationId, Convict, Entry, Fact, FactId, Stored, kind_of
from inmates.sentences.tables import sentence_computations, sentence_facts
from inmates.tables import persons
from inmates.tasks.tables import tasks

REMINDER = "sentence_differs"
"""The kind of the task; `task.kind.sentence_differs` says it in words."""


async def convict(conn: AsyncConnection, person: PersonId) -> Convict:
    query = select(persons.c.born_on, persons.c.sex).where(persons.c.id == person)
    return Convict(*(await conn.execute(query)).one())


async def entries(conn: AsyncConnection, person: PersonId) -> list[Entry]:
    """All facts ever written, in the order of their numbers."""
    query = select(sentence_facts).where(sentence_facts.c.person_id == person).order_by(sentence_facts.c.id)
    return [_entry(row) for row in await conn.execute(query)]


async def entries_of(
    conn: AsyncConnection, people: Collection[PersonId]
) -> dict[PersonId, tuple[Convict, list[Entry]]]:
    """Of those who have any, with who they are."""
    query = (
        select(sentence_facts, persons.c.born_on, persons.c.sex)
        .join(persons, persons.c.id == sentence_facts.c.person_id)
        .where(sentence_facts.c.person_id == any_(cast(list(people), ARRAY(BigInteger))))
        .order_by(sentence_facts.c.id)
    )
    found: dict[PersonId, tuple[Convict, list[Entry]]] = {}
    for row in await conn.execute(query):
        held = found.setdefault(PersonId(row.person_id), (Convict(row.born_on, row.sex), []))
        held[1].append(_entry(row))
    return found


async def add(
    conn: AsyncConnection, person: PersonId, *, fact: Fact, replaces: FactId | None, by: UserId
) -> FactId:
    row = {
        "person_id": person,
        "kind": kind_of(fact),
        "replaces": replaces,
        "body": wire.packed(fact),
        "made_by": by,
    }
    made = await conn.execute(insert(sentence_facts).values(row).returning(sentence_facts.c.id))
    return FactId(made.scalar_one())


async def keep(
    conn: AsyncConnection,
    person: PersonId,
    *,
    purpose: str,
    reference: str,
    facts: Sequence[FactId],
    digests: Sequence[str],
    result: Mapping[str, Any],
    by: UserId,
) -> ComputationId:
    row = {
        "person_id": person,
        "purpose": purpose,
        "reference": reference,
        "facts": list(facts),
        "on_day": date.fromisoformat(result["on"]),
        "result": dict(result),
        "made_by": by,
    } | dict(zip(("rules_digest", "then_digest", "calendar_digest"), digests, strict=True))
    made = insert(sentence_computations).values(row).returning(sentence_computations.c.id)
    return ComputationId((await conn.execute(made)).scalar_one())


async def stored(
    conn: AsyncConnection,
    person: PersonId,
    *,
    after: ComputationId | None = None,
    most: int,
) -> list[Stored]:
    """Newest first, from behind `after` on."""
    query = (
        select(sentence_computations)
        .where(sentence_computations.c.person_id == person)
        .order_by(sentence_computations.c.id.desc())
        .limit(most)
    )
    if after is not None:
        query = query.where(sentence_computations.c.id < after)
    return [_stored(row) for row in await conn.execute(query)]


async def every_stored(conn: AsyncConnection, *, after: ComputationId, most: int) -> list[Stored]:
    """Of everybody, oldest first."""
    query = (
        select(sentence_computations)
        .where(sentence_computations.c.id > after)
        .order_by(sentence_computations.c.id)
        .limit(most)
    )
    return [_stored(row) for row in await conn.execute(query)]


async def reminded(conn: AsyncConnection) -> set[ComputationId]:
    """Those about which somebody was told once already."""
    query = select(tasks.c.subject_id).where(tasks.c.kind == REMINDER)
    return {ComputationId(row) for row in (await conn.execute(query)).scalars()}


def _entry(row: Any) -> Entry:
    fact = wire.opened(row.kind, row.body)
    replaces = None if row.replaces is None else FactId(row.replaces)
    return Entry(FactId(row.id), fact, replaces, row.made_at, UserId(row.made_by))


def _stored(row: Any) -> Stored:
    return Stored(
        ComputationId(row.id),
        PersonId(row.person_id),
        row.purpose,
        row.reference,
        tuple(FactId(fact) for fact in row.facts),
        row.on_day,
        (row.rules_digest, row.then_digest, row.calendar_digest),
        row.result,
        row.made_at,
        UserId(row.made_by),
    )
