"""Alerts as officers read them: the queue, and one alert with its evidence and entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Select, and_, any_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.tables import users
from geofence.model import AlertId
from geofence.tables import alert_entries, alerts, breaches, conditions, zones
from inmates import store as people
from inmates.model import Scope
from inmates.tables import persons

OPEN: Final = ("new", "taken")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter; empty means any."""

    states: Sequence[str] = ()
    severity: int | None = None
    kind: str | None = None
    person: PersonId | None = None
    alert: AlertId | None = None
    alerts: Sequence[AlertId] | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    id: AlertId
    breach_id: int
    person_id: PersonId
    person_name: str
    kind: str
    severity: int
    state: str
    raised_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    annulled_at: datetime | None
    is_late: bool
    taken_by: UserId | None
    taken_by_name: str | None
    zone_id: int | None
    zone_name: str | None
    condition_kind: str | None
    opening: dict[str, Any]
    """Evidence: what decided."""
    closing: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of an alert."""

    at: datetime
    kind: str
    by: UserId | None
    by_name: str | None
    note: str | None
    outcome: str | None


first = conditions.alias("first")
then = conditions.alias("then")


def _queue() -> Select[Any]:
    """An alert, its breach, whom it is about, and the zone of the condition as it stood when it opened."""
    same = and_(
        then.c.order_id == first.c.order_id,
        then.c.number == first.c.number,
        then.c.during.contains(breaches.c.opened_at),
    )
    about_zone = and_(first.c.id == breaches.c.subject_id, breaches.c.kind.in_(ZONE_KINDS))
    return (
        select(
            alerts.c.id,
            alerts.c.breach_id,
            alerts.c.person_id,
            func.concat_ws(" ", persons.c.surname, persons.c.given_name),
            breaches.c.kind,
            alerts.c.severity,
            alerts.c.state,
            alerts.c.raised_at,
            breaches.c.opened_at,
            breaches.c.closed_at,
            breaches.c.annulled_at,
            breaches.c.is_late,
            alerts.c.taken_by,
            users.c.shown_as,
            zones.c.id,
            zones.c.name,
            func.coalesce(then.c.kind, first.c.kind),
            breaches.c.opening,
            breaches.c.closing,
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .join(persons, persons.c.id == alerts.c.person_id)
        .outerjoin(users, users.c.id == alerts.c.taken_by)
        .outerjoin(first, about_zone)
        .outerjoin(then, same)
        .outerjoin(zones, zones.c.id == func.coalesce(then.c.zone_id, first.c.zone_id))
    )


ZONE_KINDS: Final = ("exclusion_entered", "exclusion_crossed", "inclusion_left", "curfew", "boundary_left")
"""Breaches whose subject is a condition; of the others it is a device."""


async def queued(
    conn: AsyncConnection, scope: Scope, *, wanted: Wanted, after: AlertId | None = None, most: int = 100
) -> list[Queued]:
    """Newest first; when only open ones are wanted, the gravest first."""
    query = _matching(_queue(), scope, wanted=wanted).limit(most)
    by_severity = bool(wanted.states) and set(wanted.states) <= set(OPEN)
    place = (alerts.c.severity, alerts.c.id.desc()) if by_severity else (alerts.c.id.desc(),)
    if after is not None:
        query = query.where(_behind(after, by_severity=by_severity))
    rows = await conn.execute(query.order_by(*place))
    return [Queued(*row) for row in rows.all()]


async def count(conn: AsyncConnection, scope: Scope, *, wanted: Wanted) -> int:
    query = select(func.count()).select_from(alerts).join(breaches, breaches.c.id == alerts.c.breach_id)
    return int((await conn.execute(_matching(query, scope, wanted=wanted))).scalar_one())


async def entries(conn: AsyncConnection, alert: AlertId) -> list[Told]:
    """Everything that happened to it, oldest first."""
    query = (
        select(
            alert_entries.c.at,
            alert_entries.c.kind,
            alert_entries.c.by_user,
            users.c.shown_as,
            alert_entries.c.note,
            alert_entries.c.outcome,
        )
        .outerjoin(users, users.c.id == alert_entries.c.by_user)
        .where(alert_entries.c.alert_id == alert)
        .order_by(alert_entries.c.id)
    )
    return [Told(*row) for row in (await conn.execute(query)).all()]


def _behind(after: AlertId, *, by_severity: bool) -> Any:
    if not by_severity:
        return alerts.c.id < after
    last = select(alerts.c.severity).where(alerts.c.id == after).scalar_subquery()
    return or_(alerts.c.severity > last, and_(alerts.c.severity == last, alerts.c.id < after))


def _matching(query: Select[Any], scope: Scope, *, wanted: Wanted) -> Select[Any]:
    query = query.where(people.seen_by(scope, alerts.c.person_id))
    if wanted.alerts is not None:
        query = query.where(alerts.c.id == any_(cast(list(wanted.alerts), ARRAY(BigInteger))))
    if wanted.states:
        query = query.where(alerts.c.state.in_(wanted.states))
    for column, value in (
        (alerts.c.severity, wanted.severity),
        (breaches.c.kind, wanted.kind),
        (alerts.c.person_id, wanted.person),
        (alerts.c.id, wanted.alert),
    ):
        if value is not None:
            query = query.where(column == value)
    return query
