"""A decision about an incident as a paper that whoever decided signs (ADR-0053)."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller, Permission
from core.errors import NotFound
from core.signed.model import Decided, Kind
from inmates import store as people
from inmates.conduct import store
from inmates.conduct.model import DecisionId
from inmates.service import named, narrowed, opened, within


async def decided(conn: AsyncConnection, caller: Caller, subject: int) -> Decided:
    found = await store.decision(conn, DecisionId(subject))
    if found is None:
        raise NotFound
    person = await opened(
        conn, caller, person=found.person_id, part="decision", action=Permission.CONDUCT_READ
    )
    staff = await people.staff(conn, {found.decided_by})
    return Decided(
        found.decided_at,
        found.decided_by,
        {
            "incident": found.incident_id,
            "hearing": found.hearing_id,
            "measure": found.measure,
            "days": found.days,
            "begins_on": found.begins_on.isoformat() if found.begins_on else None,
            "ground": found.document.ground,
            "document": found.document.number,
            "document_on": found.document.on.isoformat(),
            "law": found.law,
        },
        {**named(person), "decided_by": staff[found.decided_by]},
        person.id,
        is_only_read=(await narrowed(conn, caller, person=person.id)).only is not None,
    )


def taken(caller: Caller) -> Select[Any]:
    return store.decided_by(caller.user, within(caller))


KIND = Kind("conduct_decision", decided, taken, {"measure": "conduct.measure"})
