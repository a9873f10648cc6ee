"""How people and alerts are spread over officers."""

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import UserId
from core.tables import users
from dashboards.managers.model import Load, Period
from geofence.tables import alert_entries, alerts
from inmates.model import Scope
from inmates.store import seen_by
from inmates.tables import caseloads
from tracking.tables import wearings


async def loads(conn: AsyncConnection, scope: Scope, *, over: Period) -> list[Load]:
    """Officers who have some of these people, or answered alerts about them; the fullest hands first."""
    carried, taken = _carried(scope).subquery(), _taken(scope).subquery()
    closed = _closed(scope, over).subquery()
    query = (
        select(
            users.c.id,
            users.c.shown_as,
            func.coalesce(carried.c.people, 0),
            func.coalesce(carried.c.wearers, 0),
            func.coalesce(taken.c.alerts, 0),
            func.coalesce(closed.c.alerts, 0),
        )
        .outerjoin(carried, carried.c.user_id == users.c.id)
        .outerjoin(taken, taken.c.user_id == users.c.id)
        .outerjoin(closed, closed.c.user_id == users.c.id)
        .where(or_(carried.c.people > 0, taken.c.alerts > 0, closed.c.alerts > 0))
        .order_by(func.coalesce(carried.c.people, 0).desc(), users.c.shown_as, users.c.id)
    )
    return [Load(UserId(row[0]), *row[1:]) for row in await conn.execute(query)]


def _carried(scope: Scope) -> Select[tuple[int, int, int]]:
    worn = select(wearings.c.person_id).where(wearings.c.during.contains(scope.at))
    return (
        select(
            caseloads.c.user_id,
            func.count().label("people"),
            func.count().filter(caseloads.c.person_id.in_(worn)).label("wearers"),
        )
        .where(caseloads.c.during.contains(scope.at), seen_by(scope, caseloads.c.person_id))
        .group_by(caseloads.c.user_id)
    )


def _taken(scope: Scope) -> Select[tuple[int, int]]:
    return (
        select(alerts.c.taken_by.label("user_id"), func.count().label("alerts"))
        .where(alerts.c.state == "taken", seen_by(scope, alerts.c.person_id))
        .group_by(alerts.c.taken_by)
    )


def _closed(scope: Scope, over: Period) -> Select[tuple[int, int]]:
    return (
        select(alert_entries.c.by_user.label("user_id"), func.count().label("alerts"))
        .join(alerts, alerts.c.id == alert_entries.c.alert_id)
        .where(
            alert_entries.c.kind == "closed",
            alert_entries.c.at >= over.since,
            alert_entries.c.at < over.until,
            seen_by(scope, alerts.c.person_id),
        )
        .group_by(alert_entries.c.by_user)
    )
