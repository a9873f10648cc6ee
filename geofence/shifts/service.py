"""The end of a shift: the sheet as it stands, handing it over, taking it over by a second named officer."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, NotFound
from core.model import UserId
from geofence import protocols
from geofence.incidents import acts, reading
from geofence.incidents import service as desk
from geofence.incidents import store as cards
from geofence.incidents.model import Incident
from geofence.incidents.reading import Listed
from geofence.model import AlertId, AlertState, Entry, EntryKind, Outcome
from geofence.shifts import store
from geofence.shifts.model import Sheet, SheetId, Shift
from inmates.service import within

EVERY: Final = 1_000_000
"""A sheet leaves no open card out."""
LATEST: Final = 20
"""Sheets that the page lists."""


class IncomingUnknown(Conflict):
    """Nobody of that name answers alerts."""

    code: ClassVar[str] = "incoming_unknown"


class NotIncoming(Conflict):
    """The sheet is addressed to somebody else."""

    code: ClassVar[str] = "shift_not_yours"


class ShiftSigned(Conflict):
    code: ClassVar[str] = "shift_signed"


async def current(conn: AsyncConnection, caller: Caller) -> Shift:
    """Since the caller took over, or for as long as a shift lasts."""
    now, scope = clock.now(), within(caller)
    rules = protocols.at(protocols.known(), now).shift
    since = await store.began(conn, caller.user) or now - rules.lasts
    closed = await reading.folded(conn, await cards.closed(conn, scope, since=since, until=now))
    done = [card for card in closed if card.state is AlertState.CLOSED]
    left = await reading.listed(conn, caller, most=EVERY)
    return Shift(
        since,
        now,
        left.cards,
        await reading.shown(conn, caller, done),
        Counter(filter(None, map(outcome_of, done))),
        await store.quiet_devices(conn, scope),
        await store.unanswered(conn, scope, since=since, before=now - rules.unanswered),
    )


def outcome_of(card: Incident) -> Outcome | None:
    """Of the last closing on it."""
    return next((one.entry.outcome for one in reversed(card.entries) if one.entry.outcome), None)


async def hand(conn: AsyncConnection, caller: Caller, *, login: str, note: str) -> SheetId:
    """Signed by the outgoing officer; it says what was so at this moment, in ids and codes."""
    to = (await store.colleagues(conn, caller.user)).get(login)
    if to is None:
        raise IncomingUnknown
    found = await current(conn, caller)
    words = acts.words(note) or ""
    made = await store.add(
        conn,
        caller.user,
        to=to[0],
        since=found.since,
        at=found.until,
        note=words,
        content=content_of(found),
    )
    await _record(conn, caller, made)
    return made


def content_of(found: Shift) -> dict[str, Any]:
    return {
        "open": [_line(one) for one in found.open],
        "closed": [_line(one) | {"outcome": outcome_of(one.incident)} for one in found.closed],
        "devices": [
            {
                "device": one.id,
                "serial": one.serial,
                "person": one.person_id,
                "kind": one.kind,
                "since": one.since.isoformat(),
            }
            for one in found.devices
        ],
        "unanswered": [
            {"command": one.command, "kind": one.kind, "person": one.person_id, "alert": one.alert}
            for one in found.unanswered
        ],
    }


def _line(one: Listed) -> dict[str, Any]:
    card = one.incident
    due = card.due.at.isoformat() if card.due else None
    said = {"card": card.id, "kind": one.alerts[0].kind, "severity": card.severity, "person": card.person}
    return said | {"owner": card.owner, "state": card.state, "due": due}


async def take_over(conn: AsyncConnection, caller: Caller, *, sheet: SheetId) -> Sequence[AlertId]:
    """Signed by the incoming officer, who from now on has the cards that the outgoing one still has."""
    found, now = await store.sheet(conn, sheet, scope=within(caller)), clock.now()
    if found is None:
        raise NotFound
    if found.incoming != caller.user:
        raise NotIncoming
    if found.signed_at is not None:
        raise ShiftSigned
    await store.sign(conn, sheet, by=caller.user, at=now)
    await _record(conn, caller, sheet)
    taken: list[AlertId] = []
    there = await reading.cards(conn, caller, wanted=reading.Filter.OPEN)
    for card in sorted(there, key=lambda one: one.person):
        taken += await _from(conn, caller, card, former=found.outgoing)
    return taken


async def _from(conn: AsyncConnection, caller: Caller, card: Incident, *, former: UserId) -> list[AlertId]:
    """A card changes hands as the outgoing officer's own act, at the moment of the second signature."""
    await cards.lock(conn, card.person)
    now = await reading.known(conn, caller, alert=card.lead)
    if now.owner != former:
        return []
    entries = [(alert, Entry(EntryKind.HANDED, former, to=caller.user)) for alert in now.open]
    await desk.write(conn, caller.user, now, entries=entries)
    return list(now.open)


async def sheet(conn: AsyncConnection, caller: Caller, *, sheet: SheetId) -> Sheet:
    """It names people; the reading is recorded."""
    found = await store.sheet(conn, sheet, scope=within(caller))
    if found is None:
        raise NotFound
    await _record(conn, caller, sheet, action=Permission.SHIFT_READ)
    return found


async def latest(conn: AsyncConnection, caller: Caller) -> list[Sheet]:
    return await store.latest(conn, within(caller), most=LATEST)


async def _record(
    conn: AsyncConnection, caller: Caller, sheet: SheetId, *, action: Permission = Permission.SHIFT_WRITE
) -> None:
    await audit.record(conn, caller.user, action=action, subject_kind="shift", subject=sheet)
