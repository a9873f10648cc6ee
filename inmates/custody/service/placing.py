"""Who sleeps where: institutions with their occupancy, places, marks, and placing somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId
from inmates.custody import service
from inmates.custody.model import Held, InstitutionId, Mark, Standing
from inmates.custody.rules import separation as rules
from inmates.custody.rules.separation import Occupancy, Place, PlaceId, Traits
from inmates.custody.service import alarms
from inmates.custody.store import movements
from inmates.custody.store import places as store
from inmates.legality import service as legality
from inmates.legality.model import Deed, DeedKind
from inmates.service import known, within

MOST: Final = 200
"""Institutions of a page."""


class PlaceExists(Conflict):
    code = "place_exists"


class GroundMissing(Invalid):
    code = "ground_missing"


@dataclass(frozen=True, slots=True)
class Page:
    institutions: Sequence[Held]
    after: InstitutionId | None


@dataclass(frozen=True, slots=True)
class House:
    """One institution with its units and cells."""

    held: Held
    places: Sequence[Occupancy]


async def institutions(
    conn: AsyncConnection, caller: Caller, *, after: InstitutionId | None = None, most: int = MOST
) -> Page:
    """Where the caller works, or all; above 100 % where it is so."""
    most = min(most, MOST)
    found = await store.institutions_seen(conn, within(caller), after=after, most=most + 1)
    page = found[:most]
    return Page(page, page[-1].institution.id if len(found) > most else None)


async def house(conn: AsyncConnection, caller: Caller, *, institution: InstitutionId) -> House:
    found = await store.institutions_seen(conn, within(caller), only=institution, most=1)
    if not found:
        raise NotFound
    every = await store.places_of(conn, institution)
    own = await store.people_in(conn, institution, at=clock.now())
    return House(found[0], rules.occupancies(every, own))


async def offered(conn: AsyncConnection, caller: Caller, *, standing: Standing | None) -> Sequence[Occupancy]:
    """Places to choose from, for somebody who is counted in an institution where the caller works."""
    if standing is None or not standing.is_counted:
        return ()
    if not await movements.works_in(conn, within(caller), standing.institution_id):
        return ()
    every = await store.places_of(conn, standing.institution_id)
    own = await store.people_in(conn, standing.institution_id, at=clock.now())
    return rules.occupancies(every, own)


async def everywhere(conn: AsyncConnection) -> dict[InstitutionId, str]:
    """Names of all institutions: a transfer may go to any of them."""
    return await store.every_name(conn)


async def add_place(
    conn: AsyncConnection,
    caller: Caller,
    *,
    institution: InstitutionId,
    name: str,
    capacity: int,
    unit: PlaceId | None = None,
) -> PlaceId:
    """A unit of an institution, or a cell of one of its units."""
    if not await movements.works_in(conn, within(caller), institution):
        raise NotFound
    every = await store.places_of(conn, institution)
    if unit is not None and unit not in {one.id for one in every if one.unit_id is None}:
        raise NotFound
    if any(one.name == name.strip() and one.unit_id == unit for one in every):
        raise PlaceExists
    made = await store.add_place(conn, institution, name=name.strip(), capacity=capacity, unit=unit)
    await audit.record(
        conn,
        caller.user,
        action=Permission.CUSTODY_WRITE,
        subject_kind="institution",
        subject=institution,
        detail={"place": made, "capacity": capacity},
    )
    return made


async def place(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, where: PlaceId, reason: str = ""
) -> list[str]:
    """The rules that were set aside; refused where the law allows no exception, or nobody says why."""
    who = await known(conn, caller, person=person)
    target = await _place(conn, caller, where)
    now, day = clock.now(), clock.today()
    standing = await service.standing(conn, person, at=now)
    if standing is None or not standing.is_counted or standing.institution_id != target.institution_id:
        raise rules.ElsewherePlaced
    law = statutes.load(rules.STATUTE).on(day)
    traits = Traits(person, who.sex, who.born_on, await service.marks(conn, person))
    broken = await _broken(conn, traits, target=target, law=law)
    rules.decide(broken, reason=reason, rules=law)
    made = await store.place_person(
        conn,
        person,
        where=where,
        at=now,
        overridden=broken,
        reason=reason.strip() if broken else None,
        rule_set=await rule_sets.keep(conn, law),
        by=caller.user,
    )
    acting = frozenset({caller.user})
    await legality.weigh(conn, Deed(DeedKind.CELL_CHANGE, person, acting, now, made))
    detail = {"placement": made, "place": where, "overridden": broken}
    await _record(conn, caller, person, detail=detail)
    if broken:
        await alarms.of_placement(conn, person, placement=made)
    return broken


async def mark(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, kind: Mark, holds: bool, ground: str
) -> int:
    """What a person is kept apart for holds, or holds no longer, and on what ground."""
    await known(conn, caller, person=person)
    if not ground.strip():
        raise GroundMissing
    made = await store.mark(conn, person, kind=kind, holds=holds, ground=ground.strip(), by=caller.user)
    await _record(conn, caller, person, detail={"mark": made, "kind": kind, "holds": holds})
    return made


async def _place(conn: AsyncConnection, caller: Caller, ident: PlaceId) -> Place:
    found = await store.place(conn, ident)
    if found is None or not await movements.works_in(conn, within(caller), found.institution_id):
        raise NotFound
    return found


async def _broken(conn: AsyncConnection, who: Traits, *, target: Place, law: statutes.RuleSet) -> list[str]:
    beside = await store.neighbours(conn, target, at=clock.now())
    broken = rules.conflicts(who, target, neighbours=beside, rules=law, on=clock.today())
    if rules.is_full(target, beside, who=who.person_id):
        broken.append(rules.CAPACITY)
    return broken


async def _record(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, detail: dict[str, object]
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.CUSTODY_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
