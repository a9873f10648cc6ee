"""Every few minutes: devices still on bodies though their order is over or a doctor forbids them."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from inmates.health import service as health
from inmates.health.model import Kind
from inmates.supervision import rules
from inmates.supervision.bracelets import Bracelets
from inmates.supervision.service import fitting, law
from inmates.supervision.store import fittings as store


async def go(conn: AsyncConnection, bracelets: Bracelets) -> int:
    """How many devices somebody has to take off."""
    now = clock.now()
    over = await store.outworn(conn, at=now)
    for one in over:
        await law.take_off(conn, one)
    people = await store.wearers(conn, at=now)
    forbidden = await health.consequences_of(conn, list(people), at=now)
    asked = {
        person
        for person, consequences in forbidden.items()
        if any(one.kind is Kind.NO_BRACELET for one in consequences)
    }
    parents = rules.of_parents(law.rules(clock.today()))
    asked |= {who.id for who in people.values() if who.sex in parents}  # a child may be in custody's file
    exempt = [bool(await fitting.review(conn, bracelets, person=people[person])) for person in sorted(asked)]
    return len(over) + sum(exempt)
