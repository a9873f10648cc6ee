"""Officers decide claims and record what the person inside wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import PersonId
from core.sealing import Keys
from inmates import store as people
from inmates.entitlements.model import ContactId
from inmates.model import Person
from inmates.service import opened, within
from inmates.tasks import service as tasks
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing
from messaging.relatives.accounts import service as accounts
from messaging.relatives.kinship import rules, service, store
from messaging.relatives.kinship.model import (
    Claim,
    ClaimId,
    Entry,
    EntryKind,
    Identity,
    Look,
    Named,
    Standing,
)

MOST = 50
"""Claims of a page."""
LOOKS = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A claim beside the person whom it may mean."""

    claim: Claim
    standing: Standing
    person: Person
    said: Named | None
    who: Identity | None
    phone: str | None
    contact: ContactId | None
    """As whom the relative comes."""


@dataclass(frozen=True, slots=True)
class Record:
    """The part of a file about relatives."""

    person: Person
    claims: Sequence[tuple[Claim, Standing]]
    looks: Sequence[Look]


async def queue(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, after: int | None = None
) -> tuple[Sequence[Shown], int | None]:
    """Claims about the caller's people, newest first, and where the next page begins; recorded."""
    found = await store.seen(conn, scope=within(caller), after=after, most=MOST + 1)
    named = await people.named(conn, {c.person for c in found if c.person}, scope=within(caller))
    await audit.record(
        conn,
        caller.user,
        action=Permission.KINSHIP_READ,
        subject_kind="kinship",
        detail={"found": len(found)},
    )
    page = [await _shown(conn, keys, claim, named[PersonId(claim.person or 0)]) for claim in found[:MOST]]
    return page, found[MOST - 1].id if len(found) > MOST else None


async def _shown(conn: AsyncConnection, keys: Keys, claim: Claim, person: Person) -> Shown:
    return Shown(
        claim,
        rules.fold(claim.entries),
        person,
        await service.said(conn, keys, claim.id),
        await service.who(conn, keys, claim.relative),
        await accounts.phone_of(conn, keys, relative=claim.relative),
        await store.listed(conn, claim.id),
    )


async def record(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Record:
    """Relatives of one person, and who looked."""
    found = await opened(conn, caller, person=person, part="relatives", action=Permission.KINSHIP_READ)
    claims = [(claim, rules.fold(claim.entries)) for claim in await store.of_person(conn, person)]
    return Record(found, claims, await store.looks(conn, person, most=LOOKS))


async def approve(
    conn: AsyncConnection, caller: Caller, *, claim: ClaimId, proof: str, until: date | None = None
) -> None:
    """With what was seen, for a time."""
    on = clock.today()
    held, found = service.law(on), await _held(conn, caller, claim)
    last = until or rules.longest(held, on=on)
    rules.check_approval(found, until=last, proof=proof, law=held, on=on)
    await _enter(conn, caller, found, kind=EntryKind.APPROVED, reason=proof, until=last)


async def refuse(conn: AsyncConnection, caller: Caller, *, claim: ClaimId, reason: str) -> None:
    found = await _held(conn, caller, claim)
    rules.check_open(found, on=clock.today())
    await _enter(conn, caller, found, kind=EntryKind.REFUSED, reason=reason)


async def end(conn: AsyncConnection, caller: Caller, *, claim: ClaimId, reason: str) -> None:
    found = await _held(conn, caller, claim)
    rules.check_running(found, on=clock.today())
    await _enter(conn, caller, found, kind=EntryKind.ENDED, reason=reason)


async def consent(
    conn: AsyncConnection, caller: Caller, *, claim: ClaimId, is_given: bool, reason: str
) -> None:
    """What the person said, and where it is written."""
    found = await _held(conn, caller, claim)
    kind = EntryKind.CONSENT_GIVEN if is_given else EntryKind.CONSENT_WITHDRAWN
    await _enter(conn, caller, found, kind=kind, reason=reason)


async def _held(conn: AsyncConnection, caller: Caller, claim: ClaimId) -> Claim:
    found = await store.one(conn, claim, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def _enter(
    conn: AsyncConnection,
    caller: Caller,
    claim: Claim,
    *,
    kind: EntryKind,
    reason: str,
    until: date | None = None,
) -> None:
    if not reason.strip():
        raise rules.ProofMissing
    entry = Entry(kind, clock.now(), caller.user, reason.strip(), until)
    await store.enter(conn, claim.id, entry)
    await tasks.settle(conn, caller, kind=service.CLAIM, subject=claim.id)
    await audit.record(
        conn,
        caller.user,
        action=Permission.KINSHIP_WRITE,
        subject_kind="person",
        subject=claim.person,
        detail={"claim": claim.id, "entry": kind},
    )
    await _announce(conn, claim, entry)


async def _announce(conn: AsyncConnection, claim: Claim, entry: Entry) -> None:
    """Only what the relative can see, in the moment in which it can be seen."""
    on = clock.today()
    before = rules.is_kin(rules.fold(claim.entries), on=on)
    after = rules.is_kin(rules.fold([*claim.entries, entry]), on=on)
    if before != after:
        await mobile.announce(conn, claim.relative, thing=Thing.KIN, subject=claim.id, is_gone=not after)
        await mobile.announce(conn, claim.relative, thing=Thing.CLAIM, subject=claim.id)
