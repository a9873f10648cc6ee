"""As which of a person's approved contacts a relative comes: an officer says it, the newest word counts."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotAllowed, NotFound
from core.model import PersonId
from core.sealing import Keys
from inmates.entitlements import service as entitlements
from inmates.entitlements.model import Contact, ContactId, Relation
from inmates.service import within
from messaging.relatives.kinship import rules, service, store
from messaging.relatives.kinship.model import Claim, ClaimId


async def contact(conn: AsyncConnection, claim: ClaimId, *, person: PersonId) -> Contact | None:
    """None: nobody has said as whom."""
    listed = await store.listed(conn, claim)
    if listed is None:
        return None
    return next((one for one in await entitlements.contacts(conn, person) if one.id == listed), None)


async def lists(conn: AsyncConnection, people: Collection[PersonId]) -> Mapping[PersonId, Sequence[Contact]]:
    """Of people whom the caller sees: from whose list an officer chooses."""
    return {person: await entitlements.contacts(conn, person) for person in people}


async def put(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, claim: ClaimId, contact: ContactId | None
) -> None:
    """As this contact; none: as a new one, by the name that was proved, as long as the approval runs."""
    found = await store.one(conn, claim, scope=within(caller))
    if found is None or found.person is None:
        raise NotFound
    rules.check_running(found, on=clock.today())
    if not caller.may(Permission.ENTITLEMENT_WRITE):
        raise NotAllowed
    known = {one.id for one in await entitlements.contacts(conn, found.person)}
    if contact is not None and contact not in known:
        raise NotFound
    chosen = contact or await _new(conn, keys, caller, found, person=found.person)
    await store.list_as(conn, claim, contact=chosen, at=clock.now(), by=caller.user)
    await audit.record(
        conn,
        caller.user,
        action=Permission.KINSHIP_WRITE,
        subject_kind="person",
        subject=found.person,
        detail={"claim": claim, "contact": chosen},
    )


async def _new(
    conn: AsyncConnection, keys: Keys, caller: Caller, claim: Claim, *, person: PersonId
) -> ContactId:
    who = await service.who(conn, keys, claim.relative)
    if who is None:
        raise rules.NobodyNamed
    made = Contact(
        ContactId(0),
        f"{who.surname} {who.given_name}",
        Relation(claim.relation),
        caller.user,
        clock.today(),
        rules.fold(claim.entries).until,
        frozenset(),
        None,
    )
    return await entitlements.approve(conn, caller, person=person, contact=made)
