"""Merging two files of one human, and undoing it: both histories stay where they are."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.identity import finding, rules, service, store
from inmates.identity.model import Likely, MergeId
from inmates.model import Person


class MergedAlready(Conflict):
    """One of them leads to another file."""

    code = "merged_already"


class MergeUndone(Conflict):
    code = "merge_undone"


class MergeWithItself(Invalid):
    code = "merge_with_itself"


async def likely(conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId) -> Likely:
    """Files that may be of the same human as this one; recorded."""
    return await offered(
        conn, keys, caller, person=await people.opened(conn, caller, person=person, part="duplicates")
    )


async def offered(conn: AsyncConnection, keys: Keys, caller: Caller, *, person: Person) -> Likely:
    """Of somebody whose identity was read already."""
    identity, _ = await service.current(conn, keys, person)
    but = await store.everyone(conn, person.id)
    return await finding.duplicates(conn, keys, caller, identity=identity, but=but)


async def merge(
    conn: AsyncConnection, caller: Caller, *, survivor: PersonId, absorbed: PersonId, why: str
) -> MergeId:
    """The absorbed file leads to the survivor from now on; nothing in either is changed."""
    if survivor == absorbed:
        raise MergeWithItself
    for person in (survivor, absorbed):
        await people.known(conn, caller, person=person)
    if not why.strip():
        raise service.WhyMissing
    await store.alone(conn)
    both = [await people.known(conn, caller, person=person) for person in (survivor, absorbed)]
    if any(person.survivor_id for person in both):
        raise MergedAlready
    made = await store.merge(conn, survivor, absorbed, by=caller.user, why=why.strip())
    await _fold(conn, survivor, absorbed)
    await _recorded(conn, caller, survivor, merge=made, other=absorbed, deed="merged")
    return made


async def undo(conn: AsyncConnection, caller: Caller, *, merge: MergeId, why: str) -> None:
    """As if it had not been made; that it was made stays known."""
    found = await store.merge_of(conn, merge)
    if found is None:
        raise NotFound
    for person in (found.survivor_id, found.absorbed_id):
        await people.known(conn, caller, person=person)
    if not why.strip():
        raise service.WhyMissing
    await store.alone(conn)
    if await _is_undone(conn, merge):
        raise MergeUndone
    await store.undo(conn, merge, by=caller.user, why=why.strip())
    await _fold(conn, found.survivor_id, found.absorbed_id)
    await _recorded(conn, caller, found.survivor_id, merge=merge, other=found.absorbed_id, deed="undone")


async def _is_undone(conn: AsyncConnection, merge: MergeId) -> bool:
    """Asked again under the lock."""
    found = await store.merge_of(conn, merge)
    return found is not None and found.undone_at is not None


async def _fold(conn: AsyncConnection, *two: PersonId) -> None:
    """Where every file leads that hangs together with these."""
    held = await store.together(conn, two)
    in_force = [(m.survivor_id, m.absorbed_id) for m in await store.merges_of(conn, held) if not m.undone_at]
    await store.lead(conn, held, rules.survivors(in_force))


async def _recorded(
    conn: AsyncConnection, caller: Caller, survivor: PersonId, *, merge: MergeId, other: PersonId, deed: str
) -> None:
    for person, partner in ((survivor, other), (other, survivor)):
        await audit.record(
            conn,
            caller.user,
            action=Permission.PERSON_MERGE,
            subject_kind="person",
            subject=person,
            detail={"merge": merge, "other": partner, "deed": deed},
        )
