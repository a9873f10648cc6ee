"""A chunk of enforcement documents: whose they are, which are registered, and registering the others."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.sealing import Keys
from inmates import store as record
from inmates.employment import service_many as many
from inmates.identity import many as identities
from inmates.intake import store as intake
from inmates.intake.model import Outcome
from inmates.intake.rules import writs as rules
from inmates.intake.rules.writs import Decided, Draft, Known
from inmates.intake.service.custody import by_who
from inmates.service import within

read = rules.read
fresh = Known


async def judged(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, drafts: Sequence[Draft], seen: Known
) -> Decided:
    """`seen`: what earlier rows of this file will have stored, of which the records do not know yet."""
    wanted = {draft.who for draft in drafts}
    held = await identities.holders(conn, keys, {("pinfl", w.key) for w in wanted if w.field == "pinfl"})
    numbers = [who.key for who in wanted if who.field == "number"]
    found = await intake.seen(conn, within(caller), numbers=numbers, people=set(held.values()))
    people = by_who(wanted, found, held)
    await record.hold(conn, *set(people.values()))
    papers = await many.known(conn, set(people.values()))
    decided = rules.decide(drafts, Known(people, papers | seen.papers))
    seen.papers |= {(person, claim.issuer, claim.number) for person, claim, _ in decided.new}
    return decided


async def stored(
    conn: AsyncConnection, _keys: Keys, caller: Caller, *, decided: Decided, detail: Mapping[str, Any]
) -> list[Outcome]:
    new = [(person, claim) for person, claim, _ in decided.new]
    if new:
        await many.add(conn, caller, new=new, detail=detail)
    return decided.outcomes
