"""A telephone is written into a file by an officer; whoever proves that they hold it opens that page alone.

The code comes the way a relative's does (`messaging.relatives.accounts`): the same limits, the same texts."""

from datetime import datetime
from secrets import token_urlsafe
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock
from core.auth import Caller, Permission
from core.compartments import seal, unseal
from core.errors import Conflict, NotFound
from core.model import PersonId, RelativeId
from core.own import LASTS, Supervised
from core.sealing import Keys
from core.sessions import fingerprint
from inmates import service as people
from inmates import store as files
from messaging.own import store
from messaging.own.model import Phone
from messaging.relatives.accounts import rules
from messaging.relatives.accounts import store as accounts

COMPARTMENT: Final = "relatives"
"""Its blind keys are those of the codes: that is how a proved telephone is known here."""


class OwnPhoneTaken(Conflict):
    """The telephone opens somebody else's page."""

    code: ClassVar[str] = "own_phone_taken"


async def register(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId, typed: str
) -> None:
    """Another number takes the place of the one before, and signs it out."""
    await people.known(conn, caller, person=person)
    number, now = rules.phone(typed), clock.now()
    blind = keys.blind(COMPARTMENT, f"phone:{number}")
    await files.hold(conn, person)
    await store.end(conn, person, by=caller.user, at=now)
    sealed = seal(keys, COMPARTMENT, number, place=_place(blind))
    made = await store.add(conn, person, sealed=sealed, blind=blind, by=caller.user, at=now)
    if made is None:
        raise OwnPhoneTaken
    await _record(conn, caller, person=person, detail={"own_phone": made})


async def withdraw(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> None:
    await people.known(conn, caller, person=person)
    ended = await store.end(conn, person, by=caller.user, at=clock.now())
    if ended is None:
        raise NotFound
    await _record(conn, caller, person=person, detail={"own_phone": ended, "ended": True})


async def phone_of(conn: AsyncConnection, keys: Keys, *, person: PersonId) -> tuple[Phone, str] | None:
    """With its last digits, for the officer who asks whether it is still the right one."""
    found = await store.of_person(conn, person)
    if found is None:
        return None
    number = unseal(keys, COMPARTMENT, found.sealed, place=_place(found.blind))
    return found, number[-4:] if number else "????"


async def enter(conn: AsyncConnection, relative: RelativeId, *, now: datetime) -> str | None:
    """The new session's secret, for a telephone that was proved just now; none: it opens no page."""
    account = await accounts.account(conn, relative)
    found = await store.opens(conn, account.phone_blind)
    if found is None:
        return None
    phone, person = found
    secret = token_urlsafe(32)
    await store.start(conn, phone, token=fingerprint(secret), at=now, ends_at=now + LASTS)
    await audit.record(conn, None, action="own:sign_in", subject_kind="person", subject=person)
    return secret


async def bearer(engine: AsyncEngine, secret: str, *, now: datetime) -> Supervised | None:
    """`core.own.Finds`."""
    async with engine.begin() as conn:
        return await store.bearer(conn, fingerprint(secret), now=now)


async def leave(conn: AsyncConnection, me: Supervised) -> None:
    await store.leave(conn, me.session)
    await audit.record(conn, None, action="own:sign_out", subject_kind="person", subject=me.person)


async def _record(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, detail: dict[str, object]
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.ORDER_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )


def _place(blind: bytes) -> str:
    return f"own_phones.phone:{blind.hex()}"
