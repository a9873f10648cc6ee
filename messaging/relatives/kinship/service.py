"""Claiming, and what stands between a relative and somebody inside: the same answer, whoever is asked for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.compartments import seal, unseal
from core.errors import NotFound
from core.kin import KinScope, Relative
from core.model import PersonId, RelativeId
from core.sealing import Keys
from core.statutes import RuleSet
from inmates import store as people
from inmates.identity import finding
from inmates.model import Person, Scope
from inmates.rules import sounds
from inmates.service import near
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing
from messaging.relatives.accounts.service import COMPARTMENT
from messaging.relatives.kinship import rules, store
from messaging.relatives.kinship.model import Claim, ClaimId, Identity, Named, Relation

DAY: Final = timedelta(days=1)
CLAIM: Final = "kin_claim"
"""The kind of the officer's task, and its subject."""


def law(on: date) -> RuleSet:
    return statutes.load(rules.STATUTE).on(on)


async def say_who(conn: AsyncConnection, keys: Keys, relative: Relative, *, identity: Identity) -> None:
    """A new claim of one's own identity; the earlier ones stay."""
    said = seal(keys, COMPARTMENT, _spelled(identity), place=_own_place(relative.id))
    await store.add_identity(conn, relative.id, said=said)
    await _recorded(conn, relative, action="relative:identity")


async def who(conn: AsyncConnection, keys: Keys, relative: RelativeId) -> Identity | None:
    said = await store.identity(conn, relative)
    text = unseal(keys, COMPARTMENT, said, place=_own_place(relative)) if said else None
    return msgspec.json.decode(text, type=Identity) if text else None


async def claim(
    conn: AsyncConnection,
    keys: Keys,
    relative: Relative,
    *,
    client_id: UUID,
    relation: Relation,
    named: Named,
) -> Claim:
    """Looked for whoever it is, and answered alike; an officer hears of it where somebody is found."""
    now, held = clock.now(), law(clock.today())
    most = held.whole("claims.a_day")
    if await store.claimed_since(conn, relative.id, since=now - DAY) >= most:
        raise rules.TooManyClaims
    person = await _meant(conn, keys, named, now=now)
    due_on = clock.today() + timedelta(days=held.whole("claim.answer_days"))
    made = await store.add(
        conn,
        relative.id,
        client_id,
        relation=relation,
        said=seal(keys, COMPARTMENT, _spelled(named), place=_place(relative.id, client_id)),
        person=person,
        at=now,
        due_on=due_on,
        rule_set=await rule_sets.keep(conn, held),
    )
    if made is not None:
        await _told(conn, relative, made, person=person, due_on=due_on)
    ident = made or await store.named(conn, relative.id, client_id)
    return (await store.own(conn, relative.id, claim=ident))[0]


async def _told(
    conn: AsyncConnection, relative: Relative, claim: ClaimId, *, person: PersonId | None, due_on: date
) -> None:
    if person is not None:
        due_at = clock.local_day(due_on)[1]
        role = await near(conn, person)
        await tasks.add(conn, Wanted(person, CLAIM, role, due_at, CLAIM, claim))
    await _recorded(conn, relative, action="relative:claim", claim=claim)
    await mobile.announce(conn, relative.id, thing=Thing.CLAIM, subject=claim)


async def _meant(conn: AsyncConnection, keys: Keys, named: Named, *, now: datetime) -> PersonId | None:
    """Exactly one, or nobody: a number must fit the name, a name must fit the birthday."""
    everybody = Scope(None, now)
    if named.number:
        ident = await people.numbered(conn, named.number, scope=everybody)
        found = await people.person(conn, ident, scope=everybody) if ident else None
        fits = [found] if found and sounds(found.surname) == sounds(named.surname) else []
    else:
        words = f"{named.surname} {named.given_name}"
        likely, _ = await finding.look(conn, keys, everybody, words=words)
        fits = [one for one in likely if one.born_on == named.born_on]
    return (fits[0].survivor_id or fits[0].id) if len(fits) == 1 else None


async def listed(conn: AsyncConnection, relative: Relative) -> Sequence[Claim]:
    return await store.own(conn, relative.id)


async def kin(conn: AsyncConnection, relative: Relative, *, claim: ClaimId) -> tuple[Claim, Person]:
    """The person, where an officer approved and the person consents; else nothing is there."""
    found = await store.own(conn, relative.id, claim=claim)
    if not found or found[0].person is None:
        raise NotFound
    if not rules.is_kin(rules.fold(found[0].entries), on=clock.today()):
        raise NotFound
    person = await people.person(conn, found[0].person, scope=Scope(None, clock.now()))
    if person is None:
        raise NotFound
    return found[0], person


async def looked(conn: AsyncConnection, relative: Relative, claim: Claim, *, part: str) -> None:
    """The person sees that this relative looked, and at what."""
    await audit.record(
        conn,
        None,
        action=KinScope.KIN_READ,
        subject_kind="person",
        subject=claim.person,
        detail={"part": part, "claim": claim.id, "relative": relative.id},
    )


def _spelled(said: Any) -> str:
    return msgspec.json.encode(said).decode()


def _own_place(relative: RelativeId) -> str:
    return f"relative_identities.said:{relative}"


def _place(relative: RelativeId, client_id: UUID) -> str:
    return f"kin_claims.said:{relative}:{client_id}"


async def said(conn: AsyncConnection, keys: Keys, claim: ClaimId) -> Named | None:
    """For the officer who decides; none: it cannot be opened by the keys that are here."""
    found = await store.said(conn, claim)
    place = _place(RelativeId(found.relative_id), found.client_id)
    text = unseal(keys, COMPARTMENT, found.said, place=place)
    return msgspec.json.decode(text, type=Named) if text else None


async def _recorded(conn: AsyncConnection, relative: Relative, *, action: str, **detail: Any) -> None:
    await audit.record(conn, None, action=action, subject_kind="relative", subject=relative.id, detail=detail)
