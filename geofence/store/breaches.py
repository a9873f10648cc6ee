"""Breaches and the alerts they raise, written by the worker: every save may be repeated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from core.clock import from_us, to_us
from core.model import PersonId
from geofence.model import BreachId, BreachKind, Change, EntryKind

Name = tuple[PersonId, BreachKind, int, int]
"""Person, kind, subject and opening moment: what makes a breach the same breach."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One breach as a fold tells it or as the database keeps it."""

    person: PersonId
    kind: BreachKind
    subject: int
    opened_us: int
    opening: dict[str, Any]
    closed_us: int | None = None
    closing: dict[str, Any] | None = None
    annulled_us: int | None = None

    @property
    def name(self) -> Name:
        return self.person, self.kind, self.subject, self.opened_us


@dataclass(frozen=True, slots=True)
class Opened:
    change: Change
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
-- Which breaches did the fold open, have open or close after a moment?
select person_id, kind, subject_id, opened_at, opening, closed_at, closing, annulled_at from breaches
where person_id = $1 and kind <> all($2) and (
    closed_at is null
    or opened_at >= $3
    or closed_at >= $3
    or (opening ->> 'at_us')::bigint >= $4
)
order by opened_at, kind, subject_id
"""

OPEN_OF_KINDS = """
-- Which breaches of these kinds are open now?
select person_id, kind, subject_id, opened_at, opening, closed_at, closing, annulled_at from breaches
where kind = any($1) and closed_at is null and annulled_at is null
"""


async def open_(conn: asyncpg.Connection, opened: Sequence[Opened], *, now_us: int) -> list[News]:
    changes = [one.change for one in opened]
    late, severities = [one.is_late for one in opened], [one.severity for one in opened]
    given = (*_names(changes), _evidence(changes), late, severities, from_us(now_us))
    return await _tell(conn, await conn.fetch(OPEN, *given) if opened else [], EntryKind.RAISED, now_us)


async def close(conn: asyncpg.Connection, changes: Sequence[Change], *, now_us: int) -> list[News]:
    given = (*_names(changes), _evidence(changes), [from_us(change.at_us) for change in changes])
    return await _tell(conn, await conn.fetch(CLOSE, *given) if changes else [], EntryKind.ENDED, now_us)


async def correct(
    conn: asyncpg.Connection, episodes: Sequence[Episode], *, entry: EntryKind, now_us: int
) -> list[News]:
    """Write the endings of these episodes over those that are kept."""
    closings = [None if e.closing is None else _json(e.closing) for e in episodes]
    ends = [None if e.closed_us is None else from_us(e.closed_us) for e in episodes]
    rows = await conn.fetch(CORRECT, *_names(episodes), closings, ends) if episodes else []
    return await _tell(conn, rows, entry, now_us)


async def annul(conn: asyncpg.Connection, episodes: Sequence[Episode], *, now_us: int) -> list[News]:
    rows = await conn.fetch(ANNUL, *_names(episodes), from_us(now_us)) if episodes else []
    return await _tell(conn, rows, EntryKind.ANNULLED, now_us)


async def _tell(
    conn: asyncpg.Connection, rows: list[asyncpg.Record], entry: EntryKind, now_us: int
) -> list[News]:
    breaches = [row[0] for row in rows]
    return _news(await conn.fetch(TELL, breaches, from_us(now_us), str(entry))) if breaches else []


async def since(
    conn: asyncpg.Connection, person: PersonId, *, since_us: int, but: Iterable[BreachKind]
) -> list[Episode]:
    """What is stored of a person's fold after a moment, with the annulled; `but` kinds are no fold's."""
    rows = await conn.fetch(SINCE, person, [str(kind) for kind in but], from_us(since_us), since_us)
    return [_episode(row) for row in rows]


async def open_of(conn: asyncpg.Connection, kinds: Iterable[BreachKind]) -> list[Episode]:
    return [_episode(row) for row in await conn.fetch(OPEN_OF_KINDS, [str(kind) for kind in kinds])]


def _names(named: Sequence[Change] | Sequence[Episode]) -> tuple[list[Any], ...]:
    return (
        [one.person for one in named],
        [str(one.kind) for one in named],
        [one.subject for one in named],
        [from_us(one.opened_us) for one in named],
    )


def _evidence(changes: Sequence[Change]) -> list[str]:
    """`at_us` is the place in the fold: a crossing is found by the fix after its opening."""
    return [_json({**change.evidence, "at_us": change.at_us}) for change in changes]


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


def _episode(row: asyncpg.Record) -> Episode:
    closed, annulled, closing = row["closed_at"], row["annulled_at"], row["closing"]
    return Episode(
        PersonId(row["person_id"]),
        BreachKind(row["kind"]),
        row["subject_id"],
        to_us(row["opened_at"]),
        opening=msgspec.json.decode(row["opening"]),
        closed_us=closed and to_us(closed),
        closing=closing and msgspec.json.decode(closing),
        annulled_us=annulled and to_us(annulled),
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
