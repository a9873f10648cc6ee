"""What the line reports: who is there, that both hear each other, and the use that comes of it, once."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Permission
from core.errors import NotFound
from core.seats import Seat
from inmates import store as people
from inmates.entitlements import service as entitlements
from inmates.entitlements.model import Outcome, Use, UseId
from inmates.model import Scope
from messaging.calls import rules, store
from messaging.calls.model import Call, CallId, Event, EventKind, Kind
from messaging.calls.service import booking


async def happened(conn: AsyncConnection, seat: Seat, *, kind: EventKind) -> None:
    """One side came, heard or went; a call that both heard takes its place of the balance."""
    call = await store.any_one(conn, CallId(seat.call))
    if call is None:
        raise NotFound
    now = clock.now()
    await store.add_event(conn, call.id, Event(kind, seat.party, now))
    [one] = await booking.shown(conn, [call])
    if kind is EventKind.CONNECTED and call.kind is Kind.KIN and one.standing.connected_at:
        await _draw(conn, call, at=one.standing.connected_at)


async def _draw(conn: AsyncConnection, call: Call, *, at: datetime) -> None:
    """The row of the call is held: whoever reports second finds it drawn."""
    if await store.is_drawn(conn, call.id) or call.thing is None:
        return
    person = await people.person(conn, call.person, scope=Scope(None, clock.now()))
    by = await store.opened_by(conn, call.id)
    if person is None or by is None:
        raise NotFound
    use = Use(UseId(0), call.thing, at, Outcome.KEPT, None, None)
    made = await entitlements.took_place(conn, person, entered=use, by=by)
    await store.add_use(conn, call.id, made)
    await booking.recorded(conn, by, call.person, action=Permission.ENTITLEMENT_WRITE, call=call.id, use=made)


async def is_ended(conn: AsyncConnection, seat: Seat) -> bool:
    """The staff or the relative put an end to it meanwhile."""
    call = await store.any_one(conn, CallId(seat.call))
    if call is None:
        return True
    [one] = await booking.shown(conn, [call])
    return rules.is_over(one.standing)
