"""Finding people by any spelling, script or identifier, and files that may be of the same human."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller
from core.errors import NotFound
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates import store as records
from inmates.identity import asking, rules, sealing, store
from inmates.identity.model import Duplicate, Identity, Likely, Reason
from inmates.identity.store import hits
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


async def called(conn: AsyncConnection, keys: Keys, number: str) -> PersonId:
    """The surviving file of the one human who has this number of a file, or personal number, whoever asks."""
    everybody, said = Scope(None, clock.now()), number.strip()
    found = await records.numbered(conn, said, scope=everybody)
    held = {found} if found is not None else set[PersonId]()
    if not held:
        blinds = sealing.any_of(keys, asking.asked(said).identifiers)
        held = set(await hits.matching(conn, everybody, {}, blinds=blinds, most=2))
    files = [one for ident in held if (one := await records.person(conn, ident, scope=everybody))]
    leads = {one.survivor_id or one.id for one in files}
    if len(leads) != 1:
        raise NotFound
    return PersonId(leads.pop())


async def look(
    conn: AsyncConnection, keys: Keys, scope: Scope, *, words: str
) -> tuple[Sequence[Person], bool]:
    """The closest first, and whether these are all."""
    asked = asking.asked(words)
    blinds = sealing.any_of(keys, asked.identifiers)
    ranks = await hits.matching(conn, scope, asked.queries, blinds=blinds, most=FOUND + 1)
    best: dict[PersonId, tuple[int, float, Person]] = {}
    for ident, person in (await hits.led(conn, scope, ranks)).items():
        rank, share = ranks[ident], _share(words, person)
        if rank < asking.BARE or share >= LEAST:
            place = (rank, -share if rank == asking.BARE else 0.0, person)
            best[person.id] = min(best.get(person.id, place), place, key=lambda one: one[:2])
    order = sorted(best.values(), key=lambda one: (*one[:2], one[2].surname, one[2].given_name, one[2].id))
    return [person for _, _, person in order[:FOUND]], len(ranks) <= FOUND


def _share(words: str, person: Person) -> float:
    return covered(asking.names(words), f"{person.surname} {person.given_name} {person.patronymic}")


async def duplicates(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, identity: Identity, but: Collection[PersonId] = ()
) -> Likely:
    """Files that may be of the one whom this identity describes; `but`: those known to be."""
    scope, shown = within(caller), rules.shown(identity)
    shared = await _shared(conn, keys, identity)
    ids = (set(shared) | await _near(conn, scope, shown)) - set(but)
    leads = await hits.led(conn, scope, ids)
    found: dict[PersonId, Duplicate] = {}
    for ident, person in leads.items():
        why = rules.reasons(shown, person, shared=shared.get(ident, ()))
        known = found[person.id].reasons if person.id in found else ()
        if person.id not in but and len(why) > len(known):
            found[person.id] = Duplicate(person, why)
    order = sorted(found.values(), key=lambda one: rules.weight(one, shown))
    elsewhere = sum(ident not in leads and ident not in but for ident in shared)
    return Likely(order[:OFFERED], elsewhere)


async def _shared(conn: AsyncConnection, keys: Keys, identity: Identity) -> dict[PersonId, set[Reason]]:
    """Who has or had which of these identifiers, whoever may see them."""
    shared: dict[PersonId, set[Reason]] = {}
    for name, held in (await store.holders(conn, sealing.blinds(keys, identity))).items():
        for person in held:
            shared.setdefault(person, set()).add(Reason(name))
    return shared


async def _near(conn: AsyncConnection, scope: Scope, identity: Identity) -> set[PersonId]:
    """Who has a name like this one and was born then, or is called the same."""
    same, near = asking.alike(identity.surname, identity.given_name)
    if not near:
        return set()
    days = rules.births(identity.born_on)
    born = await hits.born(conn, scope, days, query=near, most=LOOKED_AT)
    return set(born) | set(await hits.matching(conn, scope, {asking.SAID: same}, blinds={}, most=LOOKED_AT))


async def check(conn: AsyncConnection, keys: Keys, caller: Caller, *, identity: Identity) -> Likely:
    """Before somebody is entered: is he there already? Recorded like a search."""
    likely = await duplicates(conn, keys, caller, identity=rules.kept(identity))
    detail = {"found": len(likely.duplicates), "elsewhere": likely.elsewhere}
    await audit.record(conn, caller.user, action="person:search", subject_kind="person", detail=detail)
    return likely
