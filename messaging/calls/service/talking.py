"""What the line reports: who is there, that both hear each other, and the use that comes of it, once."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.errors import NotFound
from core.seats import Seat
from messaging.calls import rules, store
from messaging.calls.model import CallId, Event, EventKind
from messaging.calls.service import booking
from messaging.relatives.contact import service as contact


async def happened(conn: AsyncConnection, seat: Seat, *, kind: EventKind) -> None:
    """One side came, heard or went; a call that both heard takes its place of the balance."""
    call = await store.any_one(conn, CallId(seat.call))
    if call is None:
        raise NotFound
    await store.add_event(conn, call.id, Event(kind, seat.party, clock.now()))
    [one] = await booking.shown(conn, [call])
    by = await store.opened_by(conn, call.id)
    if kind is EventKind.CONNECTED and call.visit and one.standing.connected_at and by:
        await contact.took_place(conn, call.visit, at=one.standing.connected_at, by=by)


async def is_ended(conn: AsyncConnection, seat: Seat) -> bool:
    """The staff or the relative put an end to it meanwhile."""
    call = await store.any_one(conn, CallId(seat.call))
    if call is None:
        return True
    [one] = await booking.shown(conn, [call])
    return rules.is_over(one.standing)
