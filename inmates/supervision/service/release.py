"""One release decision: everything an order began ends with it, in one transaction."""

from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import bus, clock
from core.auth import Caller, Permission, Role
from core.errors import Conflict
from core.model import OrderId
from inmates.custody import service as custody
from inmates.custody.model import Kind
from inmates.custody.service import moving
from inmates.custody.service.moving import Step
from inmates.supervision.bracelets import Bracelets
from inmates.supervision.kinds import ReleaseGround
from inmates.supervision.model import Held, Release
from inmates.supervision.service import law
from inmates.supervision.service import orders as acts
from inmates.supervision.store import fittings, obligations, orders


class AlreadyReleased(Conflict):
    code: ClassVar[str] = "already_released"


class OrderNotBegun(Conflict):
    """What has not begun cannot be released."""

    code: ClassVar[str] = "order_not_begun"


async def release(
    conn: AsyncConnection,
    caller: Caller,
    bracelets: Bracelets,
    *,
    order: OrderId,
    act_number: str,
    ground: ReleaseGround,
) -> None:
    """By a named human with the number of an act: obligations, conditions, tracking and the place end."""
    found, now = await acts.known_order(conn, caller, order=order), clock.now()
    if found.released_at is not None:
        raise AlreadyReleased
    if found.begins_at >= now:
        raise OrderNotBegun
    await orders.release(conn, order, said=Release(now, act_number, ground), by=caller.user)
    await bracelets.end_conditions(conn, order=order, at=now)
    await bracelets.take_off(conn, order=order, at=now)
    await obligations.end_all(conn, order, at=now)
    if found.holds(now):
        await orders.end(conn, order, at=now)
    freed = 0
    if not await _is_held_otherwise(conn, found):
        last = Kind.DEATH if ground is ReleaseGround.DEATH else Kind.RELEASE
        freed = await _free_place(conn, caller, found, last=last)
        await orders.entrust_if_nobody(conn, found.person_id, to=caller.user, at=now)
    await _notify(conn, found, role=caller.role if caller.role in acts.ANSWERS else Role.OFFICER)
    await law.record(
        conn, caller, Permission.ORDER_WRITE, person=found.person_id, order=order, ground=ground, freed=freed
    )
    told = {"order": order, "what": "released"}
    await bus.announce_sa(
        conn, [bus.Row("order", told, found.person_id), bus.Row("terms", {"order": order}, found.person_id)]
    )


async def _is_held_otherwise(conn: AsyncConnection, released: Held) -> bool:
    """Another order still holds the person."""
    now = clock.now()
    of_person = await orders.orders_of(conn, released.person_id)
    return any(one.holds(now) for one in of_person if one.id != released.id)


async def _free_place(conn: AsyncConnection, caller: Caller, released: Held, *, last: Kind) -> int:
    """The district's roll: by a movement where custody keeps one, else the stay itself."""
    now, held = clock.now(), await custody.standing(conn, released.person_id, at=clock.now())
    if held is None or held.is_over:
        return await orders.free_place(conn, released.person_id, at=now)
    if not await orders.stays_in_district(conn, released.person_id, at=now):
        return 0
    await moving.move(conn, caller, episode=held.episode_id, steps=[Step(last, now)])
    return 1


async def _notify(conn: AsyncConnection, released: Held, *, role: Role) -> None:
    """What hands have to do: tell the person, and take the device off."""
    days = law.rules(clock.today()).whole("release.tell_working_days")
    due_at, subject = law.due(clock.now(), days=days), ("order", int(released.id))
    await law.ask(
        conn, "tell_of_release", person=released.person_id, subject=subject, due_at=due_at, role=role
    )
    for fitting in await fittings.on_the_body(conn, released.person_id):
        if fitting.order_id == released.id:
            await law.take_off(conn, fitting, role=role)
