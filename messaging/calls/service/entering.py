"""Letting in: a code for the kiosk from the staff, a pass for each browser, and whose pass it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow, token_urlsafe
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import clock
from core.attempts import Attempts
from core.auth import Caller, Permission
from core.errors import NotFound
from core.kin import KinScope, Relative
from core.sealing import Keys
from core.seats import Party, Seat
from inmates.entitlements import service as entitlements
from inmates.service import known, within
from messaging.calls import rules, store
from messaging.calls.model import Call, CallId, CodeId, Entry, Ice, Shown
from messaging.calls.service import booking
from messaging.relatives.kinship import service as kinship

DIGITS: Final = 8
COMPARTMENT: Final = "calls"
KIOSK: Final = "kiosk"
"""For whoever guesses codes: tries are counted by address."""


@dataclass(frozen=True, slots=True)
class Code:
    """Said once, to whoever opens the kiosk."""

    digits: str
    ends_at: datetime
    call: Call


async def code(conn: AsyncConnection, keys: Keys, caller: Caller, *, call: CallId) -> Code:
    """By an officer at hand, for the kiosk to which the person has been brought."""
    found = await store.one(conn, call, scope=within(caller))
    if found is None:
        raise NotFound
    person = await known(conn, caller, person=found.person)
    now = clock.now()
    shown = await _open(conn, found, now=now)
    if found.thing is not None and shown.standing.connected_at is None:
        await entitlements.check_due(conn, person, thing=found.thing, at=now)
    ends_at = now + timedelta(minutes=booking.law(now).whole("code.minutes"))
    digits = _drawn()
    while not await store.add_code(conn, call, _blind(keys, digits), at=now, ends_at=ends_at, by=caller.user):
        digits = _drawn()
    await booking.recorded(
        conn, caller.user, found.person, action=Permission.CALL_WRITE, call=call, deed="opened"
    )
    return Code(digits, ends_at, found)


async def at_kiosk(
    engine: AsyncEngine, keys: Keys, attempts: Attempts, *, digits: str, address: str, ice: Ice
) -> Entry:
    """The code becomes the person's pass, once."""
    now = clock.now()
    attempts.begin(KIOSK, address, now_us=clock.now_us())
    async with engine.begin() as conn:
        found = await store.code(conn, _blind(keys, digits), now=now)
        if found is None:
            raise rules.CodeWrong
        call = await store.any_one(conn, found[1])
        if call is None:
            raise rules.CodeWrong
        shown = await _open(conn, call, now=now)
        entry = await _pass(conn, keys, shown, party=Party.INSIDE, ice=ice, code=found[0])
    attempts.succeed(KIOSK, address)
    return entry


async def as_relative(
    conn: AsyncConnection, keys: Keys, relative: Relative, *, call: CallId, ice: Ice
) -> Entry:
    found = await store.relatives_one(conn, relative.id, call=call)
    if found is None or found.claim is None:
        raise NotFound
    await kinship.kin(conn, relative, claim=found.claim)
    shown = await _open(conn, found, now=clock.now())
    await booking.recorded(
        conn, None, found.person, action=KinScope.KIN_WRITE, call=call, relative=relative.id
    )
    return await _pass(conn, keys, shown, party=Party.OUTSIDE, ice=ice)


async def as_lawyer(conn: AsyncConnection, keys: Keys, caller: Caller, *, call: CallId, ice: Ice) -> Entry:
    found = await store.lawyers_one(conn, caller.user, call=call)
    if found is None:
        raise NotFound
    shown = await _open(conn, found, now=clock.now())
    await booking.recorded(conn, caller.user, found.person, action=Permission.CALL_JOIN, call=call)
    return await _pass(conn, keys, shown, party=Party.OUTSIDE, ice=ice)


async def seated(engine: AsyncEngine, keys: Keys, secret: str, *, now: datetime) -> Seat | None:
    """`core.seats.Finds`: only the two who were let in, only in the booked time."""
    async with engine.begin() as conn:
        found = await store.passed(conn, _blind(keys, secret))
        call = await store.any_one(conn, found[0]) if found else None
        if found is None or call is None:
            return None
        [shown] = await booking.shown(conn, [call])
    is_open = rules.is_open(call, shown.standing, law=booking.law(call.begins_at), now=now)
    return Seat(call.id, found[1], call.ends_at) if is_open else None


async def _open(conn: AsyncConnection, call: Call, *, now: datetime) -> Shown:
    [shown] = await booking.shown(conn, [call])
    if not rules.is_open(call, shown.standing, law=booking.law(call.begins_at), now=now):
        raise rules.CallNotNow(begins=call.begins_at, ends=call.ends_at)
    return shown


async def _pass(
    conn: AsyncConnection, keys: Keys, shown: Shown, *, party: Party, ice: Ice, code: CodeId | None = None
) -> Entry:
    """Of 32 drawn bytes, of which we keep only what finds them again."""
    secret = token_urlsafe(32)
    call = shown.call
    await store.add_pass(conn, call.id, _blind(keys, secret), party=party, at=clock.now(), code=code)
    servers = rules.servers(ice, name=f"{call.id}-{party}", until=call.ends_at)
    return Entry(secret, party, shown, servers, ice.is_relay_only)


def _drawn() -> str:
    return f"{randbelow(10**DIGITS):0{DIGITS}}"


def _blind(keys: Keys, secret: str) -> bytes:
    return keys.blind(COMPARTMENT, secret)
