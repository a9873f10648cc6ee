"""Putting a device on and taking it off: the guard before, and what ends when a circumstance forbids it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import bus, clock, rule_sets
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid, NotFound
from core.model import DeviceId, OrderId, PersonId
from inmates.custody import service as custody
from inmates.health import service as health
from inmates.health.model import Kind
from inmates.model import Person
from inmates.service import known, within
from inmates.supervision import rules
from inmates.supervision.bracelets import Bracelets
from inmates.supervision.kinds import BodyPart, CircumstanceKind, Ground, Obstacle
from inmates.supervision.model import (
    Attempt,
    CircumstanceId,
    Circumstances,
    FittingId,
    Held,
    Said,
)
from inmates.supervision.service import law
from inmates.supervision.service import orders as acts
from inmates.supervision.store import fittings as store
from inmates.supervision.store import orders
from inmates.tasks import service as tasks


class FittingBlocked(Conflict):
    """Something stands between the device and this person; each obstacle has its own code below."""

    code: ClassVar[str] = "fitting_blocked"


def _refusal(obstacle: Obstacle) -> type[FittingBlocked]:
    return type(f"Fitting_{obstacle}", (FittingBlocked,), {"code": f"fitting_{obstacle}"})


BLOCKED: Final = {obstacle: _refusal(obstacle) for obstacle in Obstacle}


class WornAlready(Conflict):
    """One device at a time: the first comes off before the next one."""

    code: ClassVar[str] = "fitting_worn_already"


class RemovedAlready(Conflict):
    code: ClassVar[str] = "fitting_removed_already"


class NotOfPerson(Invalid):
    """What an entry replaces is of somebody else, or was replaced before."""

    code: ClassVar[str] = "circumstance_not_theirs"


@dataclass(frozen=True, slots=True)
class On:
    """How a device is to be worn."""

    device: DeviceId
    body_part: BodyPart
    reason: str = ""


async def circumstances(conn: AsyncConnection, person: Person, *, at: datetime) -> Circumstances:
    """What is written down of the person, the children named at an admission too; of health only what follows
    from it."""
    consequences = await health.consequences(conn, person.id, at)
    found = rules.circumstances(
        await store.circumstances_of(conn, person.id),
        sex=person.sex,
        born_on=person.born_on,
        no_bracelet=any(one.kind is Kind.NO_BRACELET for one in consequences),
        on=at.astimezone(clock.HERE).date(),
    )
    children = [child.born_on for child in await custody.children(conn, person.id)]
    return replace(found, children_born_on=(*found.children_born_on, *children))


async def guard(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: Person,
    order: Held,
    on: On | None = None,
) -> Sequence[Obstacle]:
    """What would be said to the caller who came with a device now."""
    now = clock.now()
    attempt = Attempt(
        order.kind,
        is_in_force=order.holds(now),
        officer_sex=await orders.sex_of(conn, caller.user),
        body_part=on.body_part if on else BodyPart.ANKLE,
        reason=on.reason if on else "",
    )
    who = await circumstances(conn, person, at=now)
    return rules.obstacles(attempt, who, on=clock.today(), rules=law.rules(clock.today()))


async def fit(
    conn: AsyncConnection, caller: Caller, bracelets: Bracelets, *, order: OrderId, on: On
) -> FittingId:
    """The caller puts it on; it is worn no longer than the order lasts."""
    held = await acts.held(conn, caller, order=order)
    person = await known(conn, caller, person=held.person_id)
    for obstacle in await guard(conn, caller, person=person, order=held, on=on):
        raise BLOCKED[obstacle]
    if await store.on_the_body(conn, person.id):
        raise WornAlready
    now, used = clock.now(), law.rules(clock.today())
    await bracelets.put_on(
        conn, device=on.device, person=person.id, order=order, since=now, until=held.ends_at
    )
    made = await store.add(
        conn,
        on.device,
        order=order,
        person=person.id,
        body_part=on.body_part,
        reason=on.reason.strip(),
        rule_set=await rule_sets.keep(conn, used),
        by=caller.user,
        at=now,
    )
    await law.record(conn, caller, Permission.FITTING_WRITE, person=person.id, fitting=made, device=on.device)
    return made


async def remove(
    conn: AsyncConnection, caller: Caller, bracelets: Bracelets, *, fitting: FittingId, ground: Ground
) -> None:
    """The caller took it off: nobody wears it from now on."""
    found = await store.fitting(conn, fitting, scope=within(caller))
    if found is None:
        raise NotFound
    if found.removed_at is not None:
        raise RemovedAlready
    person, now = await known(conn, caller, person=found.person_id), clock.now()
    sex = await orders.sex_of(conn, caller.user)
    for obstacle in rules.officer_obstacles(person.sex, sex, rules=law.rules(clock.today())):
        raise BLOCKED[obstacle]
    await bracelets.take_off(conn, order=found.order_id, at=now)
    await store.remove(conn, fitting, ground=ground, by=caller.user, at=now)
    await tasks.settle(conn, caller, kind="remove_device", subject=fitting)
    await law.record(conn, caller, Permission.FITTING_WRITE, person=person.id, fitting=fitting, ground=ground)


async def tell(
    conn: AsyncConnection, caller: Caller, bracelets: Bracelets, *, person: PersonId, said: Said
) -> CircumstanceId:
    """A circumstance is recorded; where it forbids a device that is worn, tracking stops with it."""
    known_person = await known(conn, caller, person=person)
    _complete(said)
    entries = {one.id: one for one in await store.circumstances_of(conn, person)}
    taken = {one.said.replaces for one in entries.values()}
    if said.replaces is not None and (said.replaces not in entries or said.replaces in taken):
        raise NotOfPerson
    made = await store.add_circumstance(conn, said, person=person, by=caller.user)
    await law.record(conn, caller, Permission.FITTING_WRITE, person=person, circumstance=made, kind=said.kind)
    await review(conn, bracelets, person=known_person)
    return made


async def review(conn: AsyncConnection, bracelets: Bracelets, *, person: Person) -> Sequence[Obstacle]:
    """Does anything forbid what this person wears? Then nothing is judged from now on, and somebody has to
    take it off and to write it down. The wearing ends, not the conditions: those stay the court's, and what
    nobody wears can break none of them."""
    worn, now = await store.on_the_body(conn, person.id), clock.now()
    if not worn:
        return ()
    who = await circumstances(conn, person, at=now)
    found = rules.exempt(who, on=clock.today(), rules=law.rules(clock.today()))
    stopped = list[DeviceId]()
    for fitting in worn if found else ():
        stopped += await bracelets.take_off(conn, order=fitting.order_id, at=now)
        await law.take_off(conn, fitting)
    if stopped:
        await bus.announce_sa(conn, [bus.Row("order", {"what": "exempt"}, person.id)])
    return found


def _complete(said: Said) -> None:
    group_is_told = said.group is not None
    without = said.kind is CircumstanceKind.WITHDRAWN and said.replaces is None
    ends_early = said.until is not None and said.until <= said.since
    if group_is_told != (said.kind is CircumstanceKind.DISABILITY) or without or ends_early:
        raise rules.CircumstanceIncomplete
