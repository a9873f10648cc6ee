"""Alerts that nobody took in time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import asyncpg

from core.model import PersonId
from geofence.model import AlertId

UNTAKEN = """
-- Which new alerts are older than their severity may wait, and were not called out lately?
select a.id, a.person_id, a.severity
from alerts a
join unnest($1::smallint[], $2::double precision[]) as p (severity, seconds) on p.severity = a.severity
where a.state = 'new' and a.raised_at < $3::timestamptz - make_interval(secs => p.seconds)
    and not exists (
        select from feed f
        where f.kind = 'platform' and f.at > $4::timestamptz
            and f.body @> jsonb_build_object('what', 'escalation', 'alert', a.id)
    )
order by a.severity, a.raised_at
limit 100
"""


async def untaken(
    conn: asyncpg.Connection, waits_s: Mapping[int, float], *, now: datetime, again_s: float
) -> list[tuple[AlertId, PersonId, int]]:
    """Alert, person, severity. `waits_s`: by severity; called out again after `again_s`."""
    found = await conn.fetch(
        UNTAKEN, list(waits_s), [float(s) for s in waits_s.values()], now, now - timedelta(seconds=again_s)
    )
    return [(AlertId(r["id"]), PersonId(r["person_id"]), r["severity"]) for r in found]
