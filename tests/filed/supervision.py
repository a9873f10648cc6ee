"""An order with an obligation, a device on the body, a proposed measure, and a draft of another order."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from callers import user
from core import clock, db, rule_sets
from core.auth import Role
from core.model import DeviceId, OrderId, PersonId
from files import numbers
from inmates.model import OrderKind
from inmates.supervision.kinds import (
    BodyPart,
    CircumstanceKind,
    MeasureKind,
    ObligationKind,
    ViolationKind,
)
from inmates.supervision.model import Act, Duty, Said, Violation
from inmates.supervision.service import law
from inmates.supervision.store import fittings, measures, obligations, orders


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    person, order = PersonId(made["person_id"]), OrderId(made["order_id"])
    by = await user(engine, f"clerk-{next(numbers)}", role=Role.REGISTRAR)
    now = clock.now()
    act = Act(OrderKind.HOUSE_ARREST, "Namuna sudi", "1-2", date(2026, 11, 20), now, date(2027, 1, 20), now)
    async with db.transaction(engine) as conn:
        digest = await rule_sets.keep(conn, law.rules(clock.today()))
        duty = Duty(ObligationKind.CONTACTS, "no calls")
        fitted = await fittings.add(
            conn,
            DeviceId(made["device_id"]),
            order=order,
            person=person,
            body_part=BodyPart.ANKLE,
            reason="",
            rule_set=digest,
            by=by,
            at=now,
        )
        told = Violation(ViolationKind.FAILURE_TO_CHARGE, now, "")
        violation = await measures.add_violation(conn, told, order=order, by=by)
        child = Said(CircumstanceKind.CHILD, date(2020, 1, 1), None, None, "I-NA 0")
        return {
            "order_draft_id": await orders.add_draft(conn, act, person=person, by=by),
            "obligation_id": await obligations.add(
                conn,
                duty,
                order=order,
                place=(1, 1),
                during=(now - timedelta(days=1), None),
                act_number="1-1",
                by=by,
            ),
            "fitting_id": fitted,
            "circumstance_id": await fittings.add_circumstance(conn, child, person=person, by=by),
            "bracelet_measure_id": await measures.propose(
                conn, violation, measure=MeasureKind.OFFICIAL_WARNING, rule_set=digest
            ),
        }
