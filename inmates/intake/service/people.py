"""A chunk of people: who of them is here already, and entering the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.sealing import Keys
from inmates import store as record
from inmates.identity import asking, many
from inmates.identity import rules as identity
from inmates.identity.store import many as store
from inmates.intake.model import Outcome
from inmates.intake.rules import people as rules
from inmates.intake.rules.people import Decided, Draft, Known
from inmates.service import within

read = rules.read
fresh = Known


async def judged(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, drafts: Sequence[Draft], seen: Known
) -> Decided:
    """`seen`: what earlier rows of this file will have stored, of which the records do not know yet."""
    known = await _known(conn, keys, caller, drafts)
    known.learn(seen)
    decided = rules.decide(drafts, known)
    for draft, _ in decided.new:
        seen.take(draft)
    return decided


async def stored(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, decided: Decided, detail: Mapping[str, Any]
) -> list[Outcome]:
    given = [(draft.number, draft.identity) for draft, _ in decided.new]
    ids = await many.enter(conn, keys, caller, new=given, detail=detail) if given else []
    made = [replace(outcome, person=i) for i, (_, outcome) in zip(ids, decided.new, strict=True)]
    return [*made, *decided.refused]


async def _known(conn: AsyncConnection, keys: Keys, caller: Caller, drafts: Sequence[Draft]) -> Known:
    scope = within(caller)
    taken = await store.numbers_taken(conn, [draft.number for draft in drafts])
    held = await many.holders(conn, keys, {key for draft in drafts for key in draft.keys})
    visible = await record.named(conn, set(held.values()), scope=scope)
    named = [identity.shown(draft.identity) for draft in drafts]
    asked = [(one.born_on, asking.alike(one.surname, one.given_name)[0]) for one in named]
    alike = await store.namesakes(conn, scope, [(day, query) for day, query in asked if query])
    return Known(taken, rules.holders(held, visible), rules.namesakes(alike))
