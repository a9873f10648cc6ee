"""The release from an order as a paper that whoever decided it signs (ADR-0053)."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import OrderId
from core.signed.model import Decided, Kind, NotDecided
from inmates import store as people
from inmates.service import named, narrowed, opened, within
from inmates.supervision.store import orders as store


async def decided(conn: AsyncConnection, caller: Caller, subject: int) -> Decided:
    found = await store.release_of(conn, OrderId(subject))
    if found is None:
        raise NotFound
    order, said, by = found
    person = await opened(conn, caller, person=order.person_id, part="release", action=Permission.ORDER_READ)
    if said is None or by is None:
        raise NotDecided
    staff = await people.staff(conn, {by})
    return Decided(
        said.at,
        by,
        {
            "order_kind": order.kind,
            "court": order.court,
            "order_act": order.act_number,
            "order_act_on": order.act_on.isoformat() if order.act_on else None,
            "release_ground": said.ground,
            "release_act": said.act_number,
        },
        {**named(person), "decided_by": staff[by]},
        person.id,
        is_only_read=(await narrowed(conn, caller, person=person.id)).only is not None,
    )


def taken(caller: Caller) -> Select[Any]:
    return store.released_by(caller.user, within(caller))


KIND = Kind(
    "order_release",
    decided,
    taken,
    {"order_kind": "people.order", "release_ground": "supervision.end"},
)
