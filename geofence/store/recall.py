"""Which verdicts does a thing touch: a zone, a rule, a policy, an engine, a batch of devices, a firmware?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from geofence.model import AlertId, BreachId
from geofence.tables import alert_entries, alerts, breaches
from inmates import store as people
from inmates.model import Scope


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until) of the verdicts' beginnings; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """One breach, ids and codes only."""

    breach: BreachId
    person: PersonId
    kind: str
    subject: int
    opened_at: datetime
    closed_at: datetime | None
    annulled_at: datetime | None
    engine: str | None
    policy: str | None
    alert: AlertId | None
    state: str | None
    outcome: str | None
    """What the officer found who closed the alert last."""


Touching = ColumnElement[bool] | TextClause

# Worn at any time of the breach, or cited by it.
_OF_DEVICES = """
exists (
    select from wearings w join {devices} d on d.device_id = w.device_id
    where w.person_id = breaches.person_id
        and w.during * d.during && tstzrange(
            breaches.opened_at, breaches.closed_at, case when opened_at = closed_at then '[]' else '[)' end
        )
) or exists (
    select from jsonb_array_elements(
        coalesce(breaches.opening -> 'fixes', '[]') || coalesce(breaches.closing -> 'fixes', '[]')
    ) said
    join {devices} d on d.device_id = (said ->> 'device')::bigint
        and d.during @> timestamptz 'epoch' + (said ->> 'taken_us')::bigint * interval '1 microsecond'
)
"""
_OF_LOT = "(select id as device_id, tstzrange(null, null) as during from devices where lot = :lot)"
_WITH_FIRMWARE = "(select device_id, during from firmwares where version = :firmware)"


def by_zone(zone: int, version: int | None) -> Touching:
    opened = breaches.c.zone_id == zone
    ended: dict[str, Any] = {"zone": zone}
    if version is not None:
        opened, ended = and_(opened, breaches.c.zone_version == version), ended | {"zone_version": version}
    return or_(opened, breaches.c.ended_by.contains(ended))


def by_rule(condition: int) -> Touching:
    """One version of a condition, with its hours."""
    return or_(
        breaches.c.condition_row == condition, breaches.c.ended_by.contains({"condition_row": condition})
    )


def by_policy(policy: str) -> Touching:
    return or_(breaches.c.policy == policy, breaches.c.ended_by.contains({"policy": policy}))


def by_engine(engine: str) -> Touching:
    """A whole name, or a version with whatever text of it."""
    begins = f"{engine}+"
    ended = breaches.c.ended_by["engine"].astext
    return or_(
        breaches.c.engine == engine,
        breaches.c.engine.startswith(begins, autoescape=True),
        ended == engine,
        ended.startswith(begins, autoescape=True),
    )


def by_lot(lot: str) -> Touching:
    return text(f"({_OF_DEVICES.format(devices=_OF_LOT)})").bindparams(lot=lot)


def by_firmware(version: str) -> Touching:
    """While that program ran on them."""
    return text(f"({_OF_DEVICES.format(devices=_WITH_FIRMWARE)})").bindparams(firmware=version)


async def touched(conn: AsyncConnection, scope: Scope, *, by: Touching, period: Period) -> Sequence[Touched]:
    """Oldest first."""
    outcome = (
        select(alert_entries.c.outcome)
        .where(alert_entries.c.alert_id == alerts.c.id, alert_entries.c.outcome.is_not(None))
        .order_by(alert_entries.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            breaches.c.id,
            breaches.c.person_id,
            breaches.c.kind,
            breaches.c.subject_id,
            breaches.c.opened_at,
            breaches.c.closed_at,
            breaches.c.annulled_at,
            breaches.c.engine,
            breaches.c.policy,
            alerts.c.id,
            alerts.c.state,
            outcome,
        )
        .outerjoin(alerts, alerts.c.breach_id == breaches.c.id)
        .where(by)
        .order_by(breaches.c.opened_at, breaches.c.id)
    )
    return [Touched(*row) for row in (await conn.execute(_within(query, scope, period))).all()]


async def uncited(conn: AsyncConnection, scope: Scope, *, period: Period) -> int:
    """How many verdicts were stored before it was kept what made them."""
    query = select(func.count()).select_from(breaches).where(breaches.c.engine.is_(None))
    return int((await conn.execute(_within(query, scope, period))).scalar_one())


def _within(query: Select[Any], scope: Scope, period: Period) -> Select[Any]:
    query = query.where(people.seen_by(scope, breaches.c.person_id))
    if period.since is not None:
        query = query.where(breaches.c.opened_at >= period.since)
    return query if period.until is None else query.where(breaches.c.opened_at < period.until)
