"""Who may see whose file, and reading one: a stranger's file is not there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission, Role
from core.errors import NotFound
from core.model import PersonId
from inmates import store
from inmates.model import Glass, Order, Person, Scope

MOST = 200
"""Rows of a page, at most."""
COUNTED = 10_000
"""Nobody waits for more to be counted."""


@dataclass(frozen=True, slots=True)
class File:
    person: Person
    orders: Sequence[Order]
    officers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    people: Sequence[Person]
    total: int
    is_counted: bool
    """False: there are more than `total`."""
    after: PersonId | None
    """Where the next page begins; None: this was the last."""


def within(caller: Caller) -> Scope:
    """The only place that decides whose rows a caller sees: their caseload of now, and those who now stay in
    the institutions where they are posted."""
    everybody = caller.role in {Role.ADMINISTRATOR, Role.OVERSIGHT}
    return Scope(None if everybody else caller.user, clock.now())


async def known(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Person:
    """The person, if the caller may know of them; whoever shows more calls `opened` or `read`."""
    found = await store.person(conn, person, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def admitted(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, action: Permission
) -> tuple[Person, dict[str, int]]:
    """The person for one kind of reading, and what the audit has to say besides: the glass that was broken
    for it. Whoever writes asks `known`: glass opens nothing to a pen (ADR-0047)."""
    found = await store.person(conn, person, scope=within(caller))
    if found is not None:
        return found, {}
    glass = await broken(conn, caller, person=person)
    if glass is None or action not in glass.opens:
        raise NotFound
    found = await store.person(conn, person, scope=Scope(None, clock.now()))
    if found is None:
        raise NotFound
    return found, {"glass_break": glass.id}


async def broken(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Glass | None:
    return await store.glass(conn, caller.user, person, at=clock.now())


async def narrowed(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Caller:
    """The caller as they stand to this file: where only broken glass opens it, with what that opens."""
    if await store.person(conn, person, scope=within(caller)) is not None:
        return caller
    glass = await broken(conn, caller, person=person)
    return replace(caller, only=frozenset(map(Permission, glass.opens))) if glass else caller


async def near(conn: AsyncConnection, person: PersonId) -> Role:
    """Who is at hand: inside, the head of the unit; outside, the officer."""
    inside = await store.stays_somewhere(conn, person, at=clock.now())
    return Role.UNIT_HEAD if inside else Role.OFFICER


async def opened(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    part: str,
    action: Permission = Permission.PERSON_READ,
    why: str | None = None,
) -> Person:
    """One part of a file is about to be shown: the person, and the fact that it was read."""
    found, glass = await admitted(conn, caller, person=person, action=action)
    await audit.record(
        conn,
        caller.user,
        action=action,
        subject_kind="person",
        subject=person,
        why=why,
        detail={"part": part} | glass,
    )
    return found


def named(person: Person) -> dict[str, str]:
    """As a signed decision names them."""
    parts = (person.surname, person.given_name, person.patronymic)
    return {"person": " ".join(part for part in parts if part), "file_number": person.number}


async def read(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> File:
    """The file, and the fact that it was read."""
    action = Permission.PERSON_READ
    found, glass = await admitted(conn, caller, person=person, action=action)
    await audit.record(conn, caller.user, action=action, subject_kind="person", subject=person, detail=glass)
    officers = await store.officers_of(conn, person, scope=within(caller))
    return File(found, await store.orders_of(conn, person), officers)


async def listed(
    conn: AsyncConnection, caller: Caller, *, after: PersonId | None = None, most: int = MOST
) -> Page:
    """One page of the caller's people; `inmates.identity.finding` looks for somebody."""
    scope, most = within(caller), min(most, MOST)
    found = await store.people(conn, scope, after=after, most=most + 1)
    total = await store.count(conn, scope, most=COUNTED + 1)
    page = found[:most]
    last = page[-1].id if len(found) > most else None
    return Page(page, min(total, COUNTED), total <= COUNTED, last)
