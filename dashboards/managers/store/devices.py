"""How devices stand, and for how long their wearers were heard."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from dashboards.managers.model import Covered, Lot, Period, Worn
from inmates.model import Scope
from inmates.store import seen_by_each

QUIET: Final = "('silent', 'no_location')"
POWER: Final = "('battery', 'uncharged')"
OWN: Final = "('strap', 'case', 'battery', 'uncharged', 'silent', 'no_location', 'jamming', 'jump')"
"""Alerts about the device, not about where somebody was."""
UNHEARD: Final = timedelta(days=1)
SPAN: Final = "5 minutes"

# Lots and firmwares of the devices that are worn now.
LOTS = f"""
with worn as (
    select w.device_id, w.person_id, d.lot, f.version as firmware, m.contact_at
    from wearings w
    join devices d on d.id = w.device_id
    left join firmwares f on f.device_id = w.device_id and f.during @> cast(:now as timestamptz)
    left join marks m on m.device_id = w.device_id
    where w.during @> cast(:now as timestamptz)
        and (cast(:seen as bigint[]) is null or w.person_id = any(:seen))
),
open_now as (
    select subject_id as device_id, bool_or(kind in {QUIET}) as silent, bool_or(kind in {POWER}) as battery
    from breaches
    where closed_at is null and annulled_at is null and kind in {OWN}
    group by subject_id
),
told as (
    select b.subject_id as device_id, count(*) as alerts, count(*) filter (where (
        select e.outcome from alert_entries e
        where e.alert_id = a.id and e.kind = 'closed' order by e.id desc limit 1
    ) in ('false', 'technical')) as wrong
    from alerts a join breaches b on b.id = a.breach_id
    where a.raised_at >= :since and a.raised_at < :until and b.kind in {OWN}
    group by b.subject_id
)
select w.lot, w.firmware, count(*),
    count(*) filter (where o.silent),
    count(*) filter (where o.battery),
    count(*) filter (where w.contact_at is null or w.contact_at < :heard_since),
    coalesce(sum(t.alerts), 0)::bigint,
    coalesce(sum(t.wrong), 0)::bigint
from worn w left join open_now o using (device_id) left join told t using (device_id)
group by w.lot, w.firmware
order by count(*) desc, w.lot, w.firmware
"""  # noqa: S608 - our own kinds and conditions

# Of each wearer: worn in the period, and of that time what lies in a breach of silence or of missing places
# and in no absence of the platform's own.
_SPANS = f"""
worn as (
    select w.person_id, range_agg(w.during * tstzrange(:since, :until)) as spans
    from wearings w
    where w.during && tstzrange(:since, :until)
        and (cast(:seen as bigint[]) is null or w.person_id = any(:seen))
    group by w.person_id
),
blind as (
    select coalesce(range_agg(during), '{{}}'::tstzmultirange) as spans
    from blind_times where during && tstzrange(:since, :until)
),
quiet as (
    select b.person_id, range_agg(tstzrange(b.opened_at, b.closed_at)) as spans
    from breaches b
    where b.kind in {QUIET} and b.annulled_at is null
        and b.opened_at < :until and (b.closed_at is null or b.closed_at > :since)
        and (b.closed_at is null or b.closed_at > b.opened_at)
    group by b.person_id
),
spans as (
    select w.person_id, w.spans as worn,
        coalesce(w.spans * q.spans, '{{}}'::tstzmultirange) - blind.spans as unheard
    from worn w cross join blind left join quiet q using (person_id)
),
seconds as (
    select person_id,
        (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) from unnest(worn) r)::float8
            as worn_s,
        (select coalesce(sum(extract(epoch from upper(r) - lower(r))), 0) from unnest(unheard) r)::float8
            as unheard_s
    from spans
)
"""  # noqa: S608 - our own kinds and conditions
WORN = f"with {_SPANS} select count(*), coalesce(sum(worn_s), 0), coalesce(sum(unheard_s), 0) from seconds"  # noqa: S608 - the same

# Wearers by the share of the time in which nothing was heard, the longest first, from behind one on.
COVERED = f"""
with {_SPANS},
ranked as (select person_id, worn_s, unheard_s, unheard_s / worn_s as gap from seconds where worn_s > 0)
select r.person_id, p.surname || ' ' || p.given_name, p.number, r.worn_s, r.unheard_s
from ranked r join persons p on p.id = r.person_id
where cast(:after_gap as float8) is null or (r.gap, -r.person_id) < (:after_gap, -cast(:after as bigint))
order by r.gap desc, r.person_id
limit :most
"""  # noqa: S608 - the same

# In how many spans of five minutes of the time worn is there a fix? Of some people, of days that are still
# in the table.
MEASURED = f"""
with spans as (
    select w.person_id, s as begins
    from wearings w
    cross join generate_series(
        date_bin('{SPAN}', cast(:since as timestamptz), 'epoch') + interval '{SPAN}',
        cast(:until as timestamptz) - interval '{SPAN}', interval '{SPAN}'
    ) s
    where w.person_id = any(:people) and w.during @> tstzrange(s, s + interval '{SPAN}')
    group by w.person_id, s
),
held as (
    select distinct f.person_id, date_bin('{SPAN}', f.taken_at, 'epoch') as begins
    from fixes f
    where f.device_id in (select device_id from wearings where person_id = any(:people))
        and f.taken_at >= :since and f.taken_at < :until
)
select s.person_id, count(h.begins)::float8 / count(*)
from spans s left join held h on h.person_id = s.person_id and h.begins = s.begins
group by s.person_id
"""  # noqa: S608 - our own span


async def lots(conn: AsyncConnection, scope: Scope, *, over: Period) -> list[Lot]:
    given = await _of(conn, scope, over) | {"now": scope.at, "heard_since": scope.at - UNHEARD}
    found = await conn.execute(text(LOTS), given)
    return [Lot(*row) for row in found]


async def worn(conn: AsyncConnection, scope: Scope, *, over: Period) -> Worn:
    row = (await conn.execute(text(WORN), await _of(conn, scope, over))).one()
    return Worn(row[0], float(row[1]), float(row[2]))


async def covered(
    conn: AsyncConnection, scope: Scope, *, over: Period, after: tuple[float, PersonId] | None, most: int
) -> list[Covered]:
    gap, person = after or (None, None)
    given = await _of(conn, scope, over) | {"after_gap": gap, "after": person, "most": most}
    found = await conn.execute(text(COVERED), given)
    return [Covered(PersonId(row[0]), *row[1:]) for row in found]


async def measured(conn: AsyncConnection, people: list[PersonId], *, over: Period) -> dict[PersonId, float]:
    found = await conn.execute(text(MEASURED), {"people": people, "since": over.since, "until": over.until})
    return {PersonId(row[0]): row[1] for row in found}


async def _of(conn: AsyncConnection, scope: Scope, over: Period) -> dict[str, Any]:
    return {"seen": await _seen(conn, scope), "since": over.since, "until": over.until}


async def _seen(conn: AsyncConnection, scope: Scope) -> list[PersonId] | None:
    """None: everybody."""
    found = await seen_by_each(conn, [scope])
    return None if scope.user is None else sorted(found[scope.user])
