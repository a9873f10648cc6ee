"""Entering, reading and correcting an identity; a name or a document that changes is a new version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, Stale
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates import store as record
from inmates.identity import finding, rules, sealing, store
from inmates.identity.model import Entered, Ground, Identity, Shown, Version
from inmates.model import Person
from inmates.service import within

SEEN_BY_MAKER = timedelta(days=30)
"""A person whom no institution has taken in yet is seen by who entered the file."""


class NumberTaken(Conflict):
    code = "number_taken"


class WhyMissing(Invalid):
    code = "reason_missing"


class BornLater(Invalid):
    code = "born_later"


async def enter(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, number: str, identity: Identity
) -> Entered:
    """A new person; files that may be of the same human are offered with the answer."""
    kept = _kept(identity)
    person = await store.make(conn, kept, number=number.strip())
    if person is None:
        raise NumberTaken
    version = await _write(
        conn, keys, person, [], identity=kept, caller=caller, ground=Ground.ENTERED, why=""
    )
    if within(caller).user is not None:
        during = Range(clock.now(), clock.now() + SEEN_BY_MAKER)
        await store.show_to(conn, person, user=caller.user, during=during)
    await _recorded(conn, caller, person, version=version, changed=())
    likely = await finding.duplicates(conn, keys, caller, identity=kept, but=(person,))
    return Entered(person, version, rules.doubts(kept), likely)


async def read(conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId) -> Shown:
    """As it is now; recorded. Identifiers are shown in full to who may write them."""
    found = await people.opened(conn, caller, person=person, part="identity")
    now, number = await current(conn, keys, found)
    shown = now if caller.may(Permission.PERSON_WRITE) else rules.masked(now)
    merges = await store.merges_of(conn, await store.everyone(conn, person))
    return Shown(found, number, shown, rules.doubts(now), merges)


async def history(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId
) -> Sequence[Version]:
    """Every version, newest first; recorded."""
    await people.opened(conn, caller, person=person, part="identity versions")
    return await versions(conn, keys, caller, person=person)


async def versions(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId
) -> Sequence[Version]:
    """Of somebody whose identity was read already."""
    shown, may = [], caller.may(Permission.PERSON_WRITE)
    for version in await store.versions(conn, person):
        clear = sealing.opened(keys, version)
        shown.append(replace(version, identity=clear if may else rules.masked(clear), secrets={}))
    return shown


async def correct(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    person: PersonId,
    identity: Identity,
    ground: Ground,
    why: str,
    seen: int,
) -> Entered:
    """`seen`: the version that the caller has before their eyes."""
    found = await people.known(conn, caller, person=person)
    if not why.strip():
        raise WhyMissing
    kept = _kept(identity)
    await record.hold(conn, person)
    before, number = await current(conn, keys, found)
    if seen != number:
        raise Stale
    past = await store.versions(conn, person)
    if not past:  # what was known of a person before anything was entered
        await store.write(
            conn, person, 0, ground=Ground.ENTERED, why="", by=None, row=store.row_of(before, {})
        )
        past = await store.versions(conn, person)
    number = await _write(
        conn, keys, person, past, identity=kept, caller=caller, ground=ground, why=why.strip()
    )
    await _recorded(conn, caller, person, version=number, changed=rules.changed(before, kept))
    but = await store.everyone(conn, person)
    likely = await finding.duplicates(conn, keys, caller, identity=kept, but=but)
    return Entered(person, number, rules.doubts(kept), likely)


async def everyone(conn: AsyncConnection, person: PersonId) -> tuple[PersonId, ...]:
    """The ids of all files of one human, the surviving one first: for topics that show both histories."""
    return await store.everyone(conn, person)


async def current(conn: AsyncConnection, keys: Keys, person: Person) -> tuple[Identity, int]:
    """The newest version and its number; 0 and what stands in the file where none was entered."""
    if past := await store.versions(conn, person.id):
        return sealing.opened(keys, past[0]), past[0].version
    names = (person.surname, person.given_name, person.patronymic)
    return Identity(*names, "", "", "", person.sex, person.born_on), 0


def _kept(identity: Identity) -> Identity:
    if identity.born_on > clock.today():
        raise BornLater
    return rules.kept(identity)


async def _write(
    conn: AsyncConnection,
    keys: Keys,
    person: PersonId,
    before: Sequence[Version],
    *,
    identity: Identity,
    caller: Caller,
    ground: Ground,
    why: str,
) -> int:
    number = before[0].version + 1 if before else 1
    row = store.row_of(identity, sealing.sealed(keys, person, identity))
    await store.write(conn, person, number, ground=ground, why=why, by=caller.user, row=row)
    other_names = rules.found_by([identity, *(version.identity for version in before)])
    await store.rename(conn, person, identity, other_names=other_names)
    return number


async def _recorded(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, version: int, changed: Sequence[str]
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.PERSON_WRITE,
        subject_kind="person",
        subject=person,
        detail={"part": "identity", "version": version, "changed": list(changed)},
    )
