"""A judgment, and a computation that decided something."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db, rule_sets
from core.auth import Role
from core.model import PersonId, UserId
from courts import judged
from files import numbers
from inmates.sentences import service, store, wire
from inmates.sentences.model import Fact, FactId, Term


async def fact(engine: AsyncEngine, whom: int, said: Fact, by: UserId | None = None) -> FactId:
    by = by or await user(engine, f"court-clerk-{next(numbers)}", role=Role.REGISTRAR)
    async with db.transaction(engine) as conn:
        return await store.add(conn, PersonId(whom), fact=said, replaces=None, by=by)


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    whom = PersonId(made["person_id"])
    by = await user(engine, f"court-clerk-{next(numbers)}", role=Role.REGISTRAR)
    said = await fact(engine, whom, judged("2024-01-01", Term(6)), by)
    async with db.transaction(engine) as conn:
        outcome = await service.computed(conn, whom, on=clock.today())
        law, found = outcome.law, outcome.computed
        assert found is not None
        digests = [await rule_sets.keep(conn, one) for one in (law.rules, law.then, law.calendar)]
        await store.keep(
            conn,
            whom,
            purpose="release",
            reference="1",
            facts=[said],
            digests=digests,
            result=wire.plain(found),
            by=by,
        )
    return {}
