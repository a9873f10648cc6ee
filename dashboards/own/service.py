"""Everything of the own page: about the one who is signed in, and nobody else."""

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.model import OrderId
from core.own import OwnScope, Supervised
from dashboards.own import rules, store
from dashboards.own.model import Duty, Explained, Home
from geofence import policies
from geofence.excuses import rules as excusing
from geofence.excuses import service as excuses
from geofence.excuses.model import Happened
from geofence.store import drawn
from inmates import store as files
from inmates.supervision.model import Obligation
from inmates.supervision.service import reading
from inmates.supervision.store import obligations
from tracking import retention

LOOKS_FOR: Final = timedelta(days=90)


async def home(conn: AsyncConnection, me: Supervised) -> Home:
    now, person = clock.now(), me.person
    device = await store.device(conn, person, now=now)
    orders = [one for one in await files.orders_of(conn, person) if one.holds(now)]
    read = await store.readings(conn, person, actions=rules.LOOKS, since=now - LOOKS_FOR)
    await audit.record(conn, None, action=OwnScope.READ, subject_kind="person", subject=person)
    return Home(
        await store.given_name(conn, person),
        device,
        rules.charge(
            device.battery if device else None,
            is_flat=await store.is_flat(conn, person),
            policy=policies.valid_at(clock.to_us(now)),
        ),
        orders,
        await _duties(conn, [one.id for one in orders]),
        [rules.bound(one, now=now) for one in await drawn.conditions_of(conn, person, at=now)],
        [_explained(one) for one in await excuses.happened(conn, person)],
        rules.looks(read),
        retention.load().keep_days,
    )


async def _duties(conn: AsyncConnection, orders: list[OrderId]) -> list[Duty]:
    """In the version that holds."""
    now, today = clock.now(), clock.today()
    versions = await obligations.of_orders(conn, orders)
    checks = await obligations.checks(conn, orders)
    by_number: dict[tuple[int, int], list[Obligation]] = {}
    for version in versions:
        by_number.setdefault((version.order_id, version.number), []).append(version)
    found = []
    for (order, number), listed in by_number.items():
        last = listed[-1]
        if last.begins_at <= now and (last.ends_at is None or now < last.ends_at):
            of_it = [one for one in checks if (one.order_id, one.number) == (order, number)]
            dues = reading.registrations(listed, of_it, today=today)
            found.append(rules.duty(last, dues, today=today))
    return sorted(found, key=lambda one: (one.due_on is None, one.due_on or today))


def _explained(one: Happened) -> Explained:
    law, now = excuses.law(one.raised_at), clock.now()
    due_at = excusing.due(one.raised_at, law)
    return Explained(one, due_at, excusing.may_explain(one, law, now=now), is_late=now >= due_at)
