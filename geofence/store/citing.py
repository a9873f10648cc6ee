"""What each verdict was made by, kept beside it: engine, policy, terms, and the reports it rests on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from core.clock import from_us
from geofence.model import BreachId
from geofence.rules.episodes import Episode


@dataclass(frozen=True, slots=True)
class Citing:
    """One side of a breach: its opening, or its end."""

    episode: Episode
    at_us: int
    evidence: dict[str, Any]
    reports: list[list[Any]]
    """[device, sequence, taken_us, digest]; no digest: it was not stored when the verdict was saved."""


# The given sides, each with the version of its condition (named by the first version) that was in force, and
# with the moment since when all that the person's devices said is in the fold: since they last wore nothing.
_GIVEN = """
with n as (
    select n.*,
        (
            select c.id from conditions f
            join conditions c on (c.order_id, c.number) = (f.order_id, f.number)
            where f.id = n.condition_id and coalesce(lower(c.during), '-infinity') <= n.at
            order by lower(c.during) desc nulls last
            limit 1
        ) as condition_row,
        coalesce(
            (
                select max(upper(w.during)) from wearings w
                where w.person_id = n.person_id and upper(w.during) <= n.at and not exists (
                    select from wearings o where o.person_id = w.person_id and o.during @> upper(w.during)
                )
            ),
            (select min(lower(w.during)) from wearings w where w.person_id = n.person_id)
        ) as since
    from unnest(
        $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::text[],
        $7::bigint[], $8::bigint[], $9::integer[], $10::bigint[], $11::jsonb[]
    ) as n (
        person_id, kind, subject_id, opened_at, at, policy,
        order_id, zone_id, zone_version, condition_id, reports
    )
)
"""

OPENINGS = (
    _GIVEN
    + """
-- What were these openings judged by?
update breaches b set engine = $12, policy = n.policy, order_id = n.order_id, zone_id = n.zone_id,
    zone_version = n.zone_version, condition_row = n.condition_row,
    cites = coalesce(b.cites, '{}') || jsonb_build_object('since', n.since, 'opening', n.reports)
from n
where b.person_id = n.person_id and b.kind = n.kind and b.subject_id = n.subject_id
    and b.opened_at = n.opened_at and b.id = any($13)
"""
)

ENDS = (
    _GIVEN
    + """
-- What were these ends judged by?
update breaches b set
    ended_by = jsonb_strip_nulls(jsonb_build_object(
        'engine', $12::text, 'policy', n.policy, 'order', n.order_id, 'zone', n.zone_id,
        'zone_version', n.zone_version, 'condition_row', n.condition_row
    )),
    cites = coalesce(b.cites, '{}') || jsonb_build_object('closing', n.reports)
from n
where b.person_id = n.person_id and b.kind = n.kind and b.subject_id = n.subject_id
    and b.opened_at = n.opened_at and b.id = any($13) and b.closed_at = n.at
"""
)

REOPENED = """
-- What has no end was ended by nothing.
update breaches set ended_by = null, cites = cites - 'closing'
where id = any($1) and closed_at is null and ended_by is not null
"""


async def save(
    conn: asyncpg.Connection,
    *,
    openings: Sequence[Citing],
    ends: Sequence[Citing],
    engine: str,
    written: Collection[BreachId],
) -> None:
    """Only for the breaches that were written; of the others what is stored stands."""
    ids = list(written)
    if openings:
        await conn.execute(OPENINGS, *_columns(openings), engine, ids)
    await conn.execute(REOPENED, ids)
    if ends:
        await conn.execute(ENDS, *_columns(ends), engine, ids)


def _columns(listed: Sequence[Citing]) -> tuple[list[Any], ...]:
    terms = [one.evidence.get("term", one.evidence.get("relation", {})) for one in listed]
    return (
        [one.episode.person for one in listed],
        [str(one.episode.kind) for one in listed],
        [one.episode.subject for one in listed],
        [from_us(one.episode.opened_us) for one in listed],
        [from_us(one.at_us) for one in listed],
        [one.evidence.get("policy") for one in listed],
        *([term.get(name) for term in terms] for name in ("order", "zone", "zone_version", "condition")),
        [msgspec.json.encode(one.reports).decode() for one in listed],
    )
