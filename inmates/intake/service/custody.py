"""A chunk of commitments: whom and where the caller may receive, and admitting them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, sheets
from core.auth import Caller
from core.model import PersonId
from core.sealing import Keys
from inmates import store as record
from inmates.custody.model import Movement
from inmates.custody.service import many
from inmates.custody.store import many as store
from inmates.identity import many as identities
from inmates.intake.model import Outcome
from inmates.intake.rules import custody as rules
from inmates.intake.rules.custody import Decided, Draft, House, Known, Who
from inmates.service import within

read = rules.read
fresh = Known


async def judged(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, drafts: Sequence[Draft], seen: Known
) -> Decided:
    """`seen`: what earlier rows of this file will have stored, of which the records do not know yet."""
    scope = within(caller)
    people = await _people(conn, keys, caller, {draft.who for draft in drafts})
    houses = {sheets.folded(name): House(i, kind) for i, name, kind in await store.houses(conn, scope)}
    await record.hold(conn, *set(people.values()))
    happened: dict[PersonId, list[Movement]] = await store.movements_of(conn, set(people.values()))
    for person in set(people.values()) & seen.movements.keys():
        happened.setdefault(person, []).extend(seen.movements[person])
    decided = rules.decide(drafts, Known(people, houses, happened), now=clock.now())
    for admitting, _ in decided.new:
        seen.movements.setdefault(admitting.person, []).extend(admitting.movements)
    return decided


async def stored(
    conn: AsyncConnection,
    _keys: Keys,
    caller: Caller,
    *,
    decided: Decided,
    detail: Mapping[str, Any],
) -> list[Outcome]:
    new = [admitting for admitting, _ in decided.new]
    if new:
        await many.admit(conn, caller, new=new, history=decided.history, detail=detail)
    return decided.outcomes


async def _people(conn: AsyncConnection, keys: Keys, caller: Caller, wanted: set[Who]) -> dict[Who, PersonId]:
    held = await identities.holders(conn, keys, {("pinfl", w.key) for w in wanted if w.field == "pinfl"})
    numbers = [w.key for w in wanted if w.field == "number"]
    found = await store.receivable(conn, within(caller), numbers=numbers, people=set(held.values()))
    return by_who(wanted, found, held)


def by_who(
    wanted: set[Who], found: Mapping[str, PersonId], held: Mapping[tuple[str, str], PersonId]
) -> dict[Who, PersonId]:
    """`found`: by file number those whom the caller may have; `held`: whose identifier is whose."""
    may = set(found.values())
    by_pinfl = {Who(*key): person for key, person in held.items() if person in may}
    by_number = {Who("number", number): person for number, person in found.items()}
    return {who: person for who, person in (by_number | by_pinfl).items() if who in wanted}
