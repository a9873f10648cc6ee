"""Breaches and the alerts they raise, written by the worker: every save may be repeated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from core.clock import from_us, to_us
from core.model import PersonId
from geofence.model import BreachId, BreachKind, EntryKind
from geofence.rules.episodes import Episode


@dataclass(frozen=True, slots=True)
class Opened:
    episode: Episode
    severity: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class News:
    """An alert that was raised, ended or annulled: what the feed says of it."""

    alert: int
    breach: BreachId
    person: PersonId
    kind: BreachKind
    severity: int
    state: str
    entry: EntryKind


OPEN = """
-- Keep new breaches. One that was annulled and is found again holds again, and asks for an answer again.
with n as (
    select * from unnest(
        $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[], $6::boolean[], $7::smallint[]
    ) as n (person_id, kind, subject_id, opened_at, evidence, is_late, severity)
), kept as (
    insert into breaches as b (person_id, kind, subject_id, opened_at, opening, is_late, found_at)
    select person_id, kind, subject_id, opened_at, evidence, is_late, $8 from n
    on conflict (person_id, kind, subject_id, opened_at)
        do update set annulled_at = null, closed_at = null, closing = null, opening = excluded.opening
        where b.annulled_at is not null
    returning id, person_id, kind, subject_id, opened_at
)
insert into alerts (breach_id, person_id, severity, raised_at)
select kept.id, person_id, n.severity, $8
from kept join n using (person_id, kind, subject_id, opened_at)
order by kept.opened_at, kept.id
on conflict (breach_id) do update set
    state = case alerts.state when 'closed' then 'new' else alerts.state end,
    taken_by = case alerts.state when 'closed' then null else alerts.taken_by end
returning breach_id
"""

CLOSE = """
-- Close what is open; what is closed stays as it is.
update breaches b set closed_at = n.closed_at, closing = n.evidence
from unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[], $6::timestamptz[]
) as n (person_id, kind, subject_id, opened_at, evidence, closed_at)
where b.person_id = n.person_id and b.kind = n.kind and b.subject_id = n.subject_id
    and b.opened_at = n.opened_at and b.closed_at is null
returning b.id
"""

CORRECT = """
-- Put another ending, or none, in the place of the one that is kept.
update breaches b set closed_at = n.closed_at, closing = n.evidence
from unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[], $6::timestamptz[]
) as n (person_id, kind, subject_id, opened_at, evidence, closed_at)
where b.person_id = n.person_id and b.kind = n.kind and b.subject_id = n.subject_id
    and b.opened_at = n.opened_at
returning b.id
"""

RESTATE = """
-- The same verdict by other evidence: a late report, or another engine.
update breaches b set opening = coalesce(n.opening, b.opening), closing = n.closing
from unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::jsonb[], $6::timestamptz[], $7::jsonb[]
) as n (person_id, kind, subject_id, opened_at, closing, closed_at, opening)
where b.person_id = n.person_id and b.kind = n.kind and b.subject_id = n.subject_id
    and b.opened_at = n.opened_at and b.closed_at is not distinct from n.closed_at
returning b.id
"""

ANNUL = """
-- Say of breaches that they never were; they stay, and their alerts wait for a human as before.
update breaches b set annulled_at = $5
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[])
    as n (person_id, kind, subject_id, opened_at)
where b.person_id = n.person_id and b.kind = n.kind and b.subject_id = n.subject_id
    and b.opened_at = n.opened_at and b.annulled_at is null
returning b.id
"""

TELL = """
-- Write the same entry under the alerts of these breaches.
with told as (
    insert into alert_entries (alert_id, at, kind)
    select id, $2, $3 from alerts where breach_id = any($1) order by id
)
select a.id, a.breach_id, a.person_id, b.kind, a.severity, a.state, $3 as entry
from alerts a join breaches b on b.id = a.breach_id
where a.breach_id = any($1)
order by a.id
"""

SINCE = """
-- What is stored of these folds: opened from a moment of each person on, or not over by then?
select person_id, kind, subject_id, opened_at, opening, closed_at, closing,
    annulled_at is not null as annulled
from breaches
join unnest($1::bigint[], $2::timestamptz[]) as n (person_id, since) using (person_id)
where kind <> all($3) and (opened_at >= since or closed_at is null or closed_at > since)
order by person_id, opened_at, kind, subject_id
"""

ONE = """
-- One breach on record.
select person_id, kind, subject_id, opened_at, opening, closed_at, closing,
    annulled_at is not null as annulled
from breaches
where id = $1
"""

OPEN_OF_KINDS = """
-- Which breaches of these kinds are open now?
select person_id, kind, subject_id, opened_at, opening, closed_at, closing,
    annulled_at is not null as annulled
from breaches
where kind = any($1) and closed_at is null and annulled_at is null
"""


async def open_(conn: asyncpg.Connection, opened: Sequence[Opened], *, now_us: int) -> list[News]:
    episodes = [one.episode for one in opened]
    openings = [_json(one.episode.opening or {}) for one in opened]
    late, severities = [one.is_late for one in opened], [one.severity for one in opened]
    given = (*_names(episodes), openings, late, severities, from_us(now_us))
    return await _tell(conn, await conn.fetch(OPEN, *given) if opened else [], EntryKind.RAISED, now_us)


async def close(conn: asyncpg.Connection, episodes: Sequence[Episode], *, now_us: int) -> list[News]:
    given = (*_names(episodes), *_endings(episodes))
    return await _tell(conn, await conn.fetch(CLOSE, *given) if episodes else [], EntryKind.ENDED, now_us)


async def correct(
    conn: asyncpg.Connection, episodes: Sequence[Episode], *, entry: EntryKind, now_us: int
) -> list[News]:
    """Write the endings of these episodes over those that are kept."""
    given = (*_names(episodes), *_endings(episodes))
    rows = await conn.fetch(CORRECT, *given) if episodes else []
    return await _tell(conn, rows, entry, now_us)


async def restate(conn: asyncpg.Connection, episodes: Sequence[Episode]) -> list[BreachId]:
    """Which were restated."""
    openings = [None if one.opening is None else _json(one.opening) for one in episodes]
    given = (*_names(episodes), *_endings(episodes), openings)
    rows = await conn.fetch(RESTATE, *given) if episodes else []
    return [BreachId(row["id"]) for row in rows]


async def annul(conn: asyncpg.Connection, episodes: Sequence[Episode], *, now_us: int) -> list[News]:
    rows = await conn.fetch(ANNUL, *_names(episodes), from_us(now_us)) if episodes else []
    return await _tell(conn, rows, EntryKind.ANNULLED, now_us)


async def _tell(
    conn: asyncpg.Connection, rows: list[asyncpg.Record], entry: EntryKind, now_us: int
) -> list[News]:
    breaches = [row[0] for row in rows]
    return _news(await conn.fetch(TELL, breaches, from_us(now_us), str(entry))) if breaches else []


async def since(
    conn: asyncpg.Connection, moments: Mapping[PersonId, int], *, but: Iterable[BreachKind]
) -> list[Episode]:
    """What is stored of these persons' folds from a moment on, with the annulled; `but`: kinds of no fold."""
    given = (list(moments), [from_us(at) for at in moments.values()], [str(kind) for kind in but])
    return [episode(row) for row in await conn.fetch(SINCE, *given)]


async def one(conn: asyncpg.Connection, breach: BreachId) -> Episode | None:
    row = await conn.fetchrow(ONE, breach)
    return None if row is None else episode(row)


async def open_of(conn: asyncpg.Connection, kinds: Iterable[BreachKind]) -> list[Episode]:
    return [episode(row) for row in await conn.fetch(OPEN_OF_KINDS, [str(kind) for kind in kinds])]


def _names(episodes: Sequence[Episode]) -> tuple[list[Any], ...]:
    return (
        [one.person for one in episodes],
        [str(one.kind) for one in episodes],
        [one.subject for one in episodes],
        [from_us(one.opened_us) for one in episodes],
    )


def _endings(episodes: Sequence[Episode]) -> tuple[list[Any], ...]:
    return (
        [None if one.closing is None else _json(one.closing) for one in episodes],
        [None if one.closed_us is None else from_us(one.closed_us) for one in episodes],
    )


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def episode(row: asyncpg.Record) -> Episode:
    closed, closing = row["closed_at"], row["closing"]
    return Episode(
        PersonId(row["person_id"]),
        BreachKind(row["kind"]),
        row["subject_id"],
        to_us(row["opened_at"]),
        opening=msgspec.json.decode(row["opening"]),
        closed_us=None if closed is None else to_us(closed),
        closing=None if closing is None else msgspec.json.decode(closing),
        is_annulled=row["annulled"],
    )


def _news(rows: list[asyncpg.Record]) -> list[News]:
    return [
        News(
            row["id"],
            BreachId(row["breach_id"]),
            PersonId(row["person_id"]),
            BreachKind(row["kind"]),
            row["severity"],
            row["state"],
            EntryKind(row["entry"]),
        )
        for row in rows
    ]
