"""Showing a decision with its signatures, signing it, and giving out the file that proves both."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, signing, statutes
from core.auth import Caller, Permission
from core.errors import NotAllowed, Refusal
from core.federation import store as identities
from core.federation.model import Provider
from core.federation.service import blind
from core.model import UserId
from core.pkcs7 import wire as pkcs7_wire
from core.pkcs7.model import Signer, SignerOther
from core.sealing import Keys
from core.signed import rules, store, wire
from core.signed.model import (
    Demand,
    HandNotAsked,
    Kind,
    Level,
    NotSetUp,
    PaperOther,
    Sheet,
    SignedAlready,
    Waiting,
    settles,
)


async def sheet(conn: AsyncConnection, keys: Keys, caller: Caller, *, kind: Kind, subject: int) -> Sheet:
    """The bytes that were signed, or those that would be; the reading is recorded by the topic."""
    decided = await kind.load(conn, caller, subject)
    is_training = await store.is_training(conn)
    fresh = wire.written(kind.name, subject, decided, is_training=is_training)
    held = await store.paper(conn, keys, kind=kind.name, subject=subject)
    content = held.content if held else fresh
    record = wire.read(content)
    return Sheet(
        kind,
        subject,
        decided,
        content,
        record,
        wire.digest(content),
        demand(kind.name, decided.at),
        await store.signatures(conn, keys, held) if held else (),
        is_changed=not wire.is_same(record, wire.read(fresh)),
        by_hand=await store.hands(conn, kind=kind.name, subject=subject),
    )


def demand(kind: str, at: datetime) -> Demand:
    """What the law of that day says of a signature."""
    return rules.demand(kind, statutes.load(rules.STATUTE).on(at.astimezone(clock.HERE).date()))


async def lacks_signature(
    conn: AsyncConnection, kind: str, *, subject: int, by: UserId | None, at: datetime
) -> bool:
    """The law forces one, and it is missing: whatever follows upon the decision is refused (`Unsigned`)."""
    if demand(kind, at).level is not Level.FORCED:
        return False
    found = await store.signed(conn, kind, [subject])
    return not settles(by, {one.user for one in found.get(subject, ())})


async def waiting(
    conn: AsyncConnection, caller: Caller, *, kinds: Iterable[Kind], most: int
) -> list[Waiting]:
    """What the caller decided and has not signed, where the law of its day wants a signature: first what has
    no force without, then the newest. At most so many of each kind."""
    found = [
        Waiting(kind, subject, at, called, person, demand(kind.name, at))
        for kind in kinds
        for subject, at, called, person in await store.unsigned(
            conn, kind.taken(caller), kind=kind.name, user=caller.user, most=most
        )
    ]
    wanted = [one for one in found if one.demand.level is not Level.FREE]
    return sorted(wanted, key=lambda one: (one.demand.level is Level.FORCED, one.at), reverse=True)


@dataclass(frozen=True, slots=True)
class Signing:
    """Somebody signs: what, by the permission of the decision, and the digest of what they saw."""

    caller: Caller
    kind: Kind
    subject: int
    action: Permission
    shown: str


async def sign(
    engine: AsyncEngine,
    keys: Keys,
    provider: Provider | None,
    *,
    asked: Signing,
    signature: str,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """In transactions of their own: no connection waits for E-IMZO's server, and what is refused stays
    recorded."""
    at = now()
    async with engine.begin() as conn:
        found = await sheet(conn, keys, asked.caller, kind=asked.kind, subject=asked.subject)
    try:
        if provider is None or provider.verifier is None:
            raise NotSetUp
        _refuse(found, asked)
        pkcs7 = pkcs7_wire.plain(signature)
        signer = await provider.verifier.signer(pkcs7, found.content, now=at)
        async with engine.begin() as conn:
            if await identities.owner(conn, blind(keys, provider.name, signer.pinfl)) != asked.caller.user:
                raise SignerOther
            await _keep(conn, keys, found, asked=asked, signer=signer, pkcs7=pkcs7, at=at)
            await _note(conn, asked, asked.action, signed=found.digest)
    except Refusal as refusal:
        async with engine.begin() as conn:
            await _note(conn, asked, "paper:refuse", code=refusal.code)
        raise


async def sign_by_hand(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, kind: Kind, subject: int, place: str
) -> None:
    """Who decided says that they signed the printed paper, and where it lies: the paper waits no more."""
    found = await sheet(conn, keys, caller, kind=kind, subject=subject)
    if found.decided.is_only_read:
        raise NotAllowed
    if not found.is_open_to_the_hand_of(caller.user):
        raise HandNotAsked
    if not await store.add_hand(conn, kind=kind.name, subject=subject, user=caller.user, place=place):
        raise SignedAlready
    await audit.record(
        conn,
        caller.user,
        action="paper:by_hand",
        subject_kind=kind.name,
        subject=subject,
        detail={"paper": kind.name},
    )


def _refuse(found: Sheet, asked: Signing) -> None:
    if found.decided.is_only_read:
        raise NotAllowed
    if asked.shown != found.digest or found.is_changed:
        raise PaperOther


async def _keep(
    conn: AsyncConnection,
    keys: Keys,
    found: Sheet,
    *,
    asked: Signing,
    signer: Signer,
    pkcs7: bytes,
    at: datetime,
) -> None:
    held = await store.hold(conn, keys, found.content, kind=asked.kind.name, subject=asked.subject)
    if held.content != found.content:  # somebody signed first, while a name was changed
        raise PaperOther
    if not await store.add(conn, keys, held, user=asked.caller.user, signer=signer, pkcs7=pkcs7, at=at):
        raise SignedAlready


async def _note(conn: AsyncConnection, asked: Signing, action: Permission | str, **detail: str) -> None:
    await audit.record(
        conn,
        asked.caller.user,
        action=action,
        subject_kind=asked.kind.name,
        subject=asked.subject,
        detail={"paper": asked.kind.name} | detail,
    )


def statements(keys: Keys) -> signing.Signing:
    """The keys that sign the statement around a file of proof."""
    return signing.Signing(keys, wire.KIND)


async def bundle(conn: AsyncConnection, keys: Keys, found: Sheet) -> bytes:
    """Decision, signatures, authorities and lists: `ejazo verify paper` needs nothing else of us."""
    some = {number for one in found.signatures for number in one.grounds}
    seeds = keys.seeds(wire.KIND)
    return wire.bundle(found, await store.grounds(conn, some), seeds[max(seeds)])
