"""Finding people by any spelling, script or identifier, and files that may be of the same human."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates import store as files
from inmates.identity import asking, rules, sealing, store
from inmates.identity.model import Duplicate, Identity, Likely, Reason
from inmates.model import Person, Scope
from inmates.rules import covered
from inmates.service import MOST, Page, within

FOUND = 200
"""People whom one search finds at most: whoever wants fewer says more."""
LEAST = 0.4
"""So much of what was asked must be in a name that has only the consonants in common."""
OFFERED = 20
"""Duplicates, at most."""
LOOKED_AT = 200
"""Files that are compared with a new one, of each way of finding them."""


@dataclass(frozen=True, slots=True)
class Hits:
    ranks: Mapping[PersonId, int]
    """0: by an identifier; then by the number of the query that found them."""
    widest: int
    """The rank of the last query asked."""


async def search(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    words: str = "",
    after: PersonId | None = None,
    most: int = MOST,
) -> Page:
    """A page of those whom the words may mean, the closest first; recorded, without the words."""
    if not words.strip():
        return await people.listed(conn, caller, after=after, most=most)
    found, is_counted = await look(conn, keys, within(caller), words=words)
    await audit.record(
        conn, caller.user, action="person:search", subject_kind="person", detail={"found": len(found)}
    )
    begins = next((place for place, one in enumerate(found, 1) if one.id == after), 0)
    page = found[begins : begins + min(most, MOST)]
    is_last = begins + len(page) >= len(found)
    return Page(page, len(found), is_counted, None if is_last or not page else page[-1].id)


async def look(
    conn: AsyncConnection, keys: Keys, scope: Scope, *, words: str
) -> tuple[Sequence[Person], bool]:
    """The closest first, and whether these are all."""
    hits = await _hits(conn, keys, scope, asked=asking.asked(words))
    leads = await _led(conn, scope, hits.ranks)
    best: dict[PersonId, tuple[int, float, Person]] = {}
    for ident, person in leads.items():
        rank = hits.ranks[ident]
        share = covered(asking.names(words), f"{person.surname} {person.given_name} {person.patronymic}")
        if rank < hits.widest or rank <= 1 or share >= LEAST:
            place = (rank, -share if rank == hits.widest else 0.0, person)
            best[person.id] = min(best.get(person.id, place), place, key=lambda one: one[:2])
    order = sorted(best.values(), key=lambda one: (*one[:2], one[2].surname, one[2].given_name, one[2].id))
    return [person for _, _, person in order[:FOUND]], len(hits.ranks) <= FOUND


async def _hits(conn: AsyncConnection, keys: Keys, scope: Scope, *, asked: asking.Asked) -> Hits:
    """Wider questions are asked as long as there is room for their answers."""
    holders = await store.holders(conn, sealing.any_of(keys, asked.identifiers)) if asked.identifiers else {}
    ranks = dict.fromkeys((person for held in holders.values() for person in held), 0)
    rank = 0
    for rank, query in enumerate(asked.queries, 1):
        if len(ranks) > FOUND:
            break
        for person in await store.matching(conn, scope, query, most=FOUND + 1):
            ranks.setdefault(person, rank)
    return Hits(ranks, rank)


async def _led(conn: AsyncConnection, scope: Scope, found: Collection[PersonId]) -> dict[PersonId, Person]:
    """Of those within the scope the file where each goes on, if the caller may see it."""
    seen = await files.named(conn, found, scope=scope) if found else {}
    absorbed = {person.survivor_id for person in seen.values() if person.survivor_id}
    survivors = await files.named(conn, absorbed, scope=scope) if absorbed else {}
    return {ident: survivors.get(p.survivor_id, p) if p.survivor_id else p for ident, p in seen.items()}


async def duplicates(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, identity: Identity, but: Collection[PersonId] = ()
) -> Likely:
    """Files that may be of the one whom this identity describes; `but`: those known to be."""
    scope, shown = within(caller), rules.shown(identity)
    holders = await store.holders(conn, sealing.blinds(keys, identity))
    shared: dict[PersonId, set[Reason]] = {}
    for name, held in holders.items():
        for person in held:
            shared.setdefault(person, set()).add(Reason(name))
    query, near = asking.alike(shown.surname, shown.given_name)
    ids = set(shared)
    if near:
        days = rules.births(identity.born_on)
        ids |= set(await store.born(conn, scope, days, query=near, most=LOOKED_AT))
        ids |= set(await store.matching(conn, scope, query, most=LOOKED_AT))
    leads = await _led(conn, scope, ids - set(but))
    found: dict[PersonId, Duplicate] = {}
    for ident, person in leads.items():
        why = rules.reasons(shown, person, shared=shared.get(ident, ()))
        if (
            why
            and person.id not in but
            and len(why) > len(found[person.id].reasons if person.id in found else ())
        ):
            found[person.id] = Duplicate(person, why)
    order = sorted(found.values(), key=lambda one: rules.weight(one, shown))
    elsewhere = sum(ident not in leads for ident in shared if ident not in but)
    return Likely(order[:OFFERED], elsewhere)


async def check(conn: AsyncConnection, keys: Keys, caller: Caller, *, identity: Identity) -> Likely:
    """Before somebody is entered: is he there already? Recorded like a search."""
    likely = await duplicates(conn, keys, caller, identity=rules.kept(identity))
    detail = {"found": len(likely.duplicates), "elsewhere": likely.elsewhere}
    await audit.record(conn, caller.user, action="person:search", subject_kind="person", detail=detail)
    return likely
