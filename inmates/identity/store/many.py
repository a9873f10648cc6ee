"""Many people at once: who is here already, and writing those who are not, by COPY."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg
from sqlalchemy import Date, LargeBinary, Text, any_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.model import PersonId, UserId
from inmates.identity import rules
from inmates.identity.model import Ground, Identity, Secret
from inmates.identity.store import headed, row_of
from inmates.identity.tables import identities
from inmates.model import Person, Scope
from inmates.store import PERSON, seen_by
from inmates.tables import caseloads, persons


async def numbers_taken(conn: AsyncConnection, numbers: Collection[str]) -> set[str]:
    query = select(persons.c.number).where(persons.c.number == any_(cast(list(numbers), ARRAY(Text))))
    return set((await conn.execute(query)).scalars())


async def held(
    conn: AsyncConnection, blinds: Mapping[str, Collection[bytes]]
) -> dict[tuple[str, bytes], PersonId]:
    """Field and blind key → who has or had it; of several the first."""
    found: dict[tuple[str, bytes], PersonId] = {}
    for name, wanted in blinds.items():
        column = identities.c[f"{name}_blind"]
        query = select(column, func.min(identities.c.person_id)).group_by(column)
        query = query.where(column == any_(cast(list(wanted), ARRAY(LargeBinary))))
        found |= {(name, bytes(row[0])): PersonId(row[1]) for row in await conn.execute(query)}
    return found


async def namesakes(conn: AsyncConnection, scope: Scope, asked: Sequence[tuple[date, str]]) -> list[Person]:
    """Who was born on that day and is called so; each a day and a query of names (`asking.alike`)."""
    wanted = func.unnest(
        cast([day for day, _ in asked], ARRAY(Date)), cast([query for _, query in asked], ARRAY(Text))
    )
    one = wanted.table_valued("born_on", "said", name="one").render_derived()
    query = (
        select(*PERSON)
        .distinct()
        .join(one, persons.c.born_on == one.c.born_on)
        .where(persons.c.found_by.op("@@")(cast(one.c.said, TSQUERY)), seen_by(scope, persons.c.id))
    )
    return [Person(PersonId(row[0]), *row[1:]) for row in await conn.execute(query)]


async def enter(
    conn: AsyncConnection,
    new: Sequence[tuple[PersonId, str, Identity, Mapping[str, Secret]]],
    *,
    by: UserId,
    shown: Any,
) -> None:
    """Id, file number, identity and its sealed identifiers of each; `shown`: how long to who enters them."""
    heads = [
        headed(identity) | {"id": ident, "number": number, "other_names": rules.found_by([identity])}
        for ident, number, identity, _ in new
    ]
    await db.copy(conn, persons, rows=heads)
    version = {"version": 1, "ground": Ground.ENTERED, "why": "", "made_by": by}
    rows = [row_of(identity, secrets) | version | {"person_id": i} for i, _, identity, secrets in new]
    await db.copy(conn, identities, rows=rows)
    if shown is not None:
        during = asyncpg.Range(shown.lower, shown.upper)
        loads = [{"user_id": by, "person_id": ident, "during": during} for ident, *_ in new]
        await db.copy(conn, caseloads, rows=loads)
