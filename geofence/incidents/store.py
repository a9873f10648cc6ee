"""Alerts and entries as the facts that cards are folded from, and the entries that acts add."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, any_, bindparam, cast, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import GRANTS, Permission, Role
from core.model import OrderId, PersonId, UserId
from core.tables import users
from geofence.incidents.model import Fact, Told
from geofence.model import AlertId, AlertState, BreachKind, Entry, EntryKind, Outcome
from geofence.protocols import Rung
from geofence.store import alerts as one_by_one
from geofence.tables import alert_entries, alerts, breaches
from inmates import store as people
from inmates.model import Scope
from inmates.tables import caseloads, orders, postings, stays

FOR_EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
CHANGES: Final = (EntryKind.TAKEN, EntryKind.HANDED, EntryKind.RELEASED, EntryKind.CLOSED)
"""Entries after which an alert has another state or owner."""

# Which alerts of these people were before an officer at some moment of these times?
AROUND: Final = """
select distinct a.id
from alerts a
join unnest(cast(:people as bigint[]), cast(:since as timestamptz[]), cast(:until as timestamptz[]))
    as w (person, since, until) on w.person = a.person_id
where a.raised_at < w.until
    and (a.state <> 'closed' or exists (
        select from alert_entries e where e.alert_id = a.id and e.kind = 'closed' and e.at > w.since))
"""


async def open_(conn: AsyncConnection, scope: Scope) -> set[AlertId]:
    query = select(alerts.c.id).where(alerts.c.state != "closed", people.seen_by(scope, alerts.c.person_id))
    return set((await conn.execute(query)).scalars())


async def closed(conn: AsyncConnection, scope: Scope, *, since: datetime, until: datetime) -> set[AlertId]:
    query = (
        select(alerts.c.id)
        .join(alert_entries)
        .where(
            alert_entries.c.kind == EntryKind.CLOSED,
            alert_entries.c.at >= since,
            alert_entries.c.at < until,
            people.seen_by(scope, alerts.c.person_id),
        )
    )
    return set((await conn.execute(query)).scalars())


# Open alerts that are older than the first rung of their severity's ladder and have not caused all of them.
WAITING: Final = """
select a.id
from alerts a
join unnest(cast(:severities as smallint[]), cast(:seconds as double precision[]), cast(:rungs as integer[]))
    as l (severity, seconds, rungs) on l.severity = a.severity
where a.state <> 'closed' and a.raised_at <= cast(:now as timestamptz) - make_interval(secs => l.seconds)
    and (select count(*) from alert_entries e where e.alert_id = a.id and e.kind = 'escalated') < l.rungs
"""


async def waiting(conn: AsyncConnection, ladder: Sequence[Rung], *, now: datetime) -> set[AlertId]:
    severities = sorted({rung.severity for rung in ladder})
    spans = [[r.after.total_seconds() for r in ladder if r.severity == level] for level in severities]
    asked = {"severities": severities, "seconds": list(map(min, spans)), "rungs": list(map(len, spans))}
    return {AlertId(row) for row in (await conn.execute(text(WAITING), asked | {"now": now})).scalars()}


async def lock(conn: AsyncConnection, person: PersonId) -> None:
    """What is open of one person, until the end of the transaction: of two officers one comes first."""
    query = select(alerts.c.id).where(alerts.c.person_id == person, alerts.c.state != "closed")
    await conn.execute(query.order_by(alerts.c.id).with_for_update())


async def around(conn: AsyncConnection, seeds: Collection[AlertId]) -> tuple[list[Fact], list[Told]]:
    """These alerts with every other one that may share a card with one of them, and all their entries."""
    known = set(seeds)
    facts = await of(conn, known)
    entries = await told(conn, known)
    while facts:
        found = set((await conn.execute(text(AROUND), _windows(facts, entries))).scalars())
        if found <= known:
            break
        fresh = found - known
        known |= fresh
        facts += await of(conn, fresh)
        entries += await told(conn, fresh)
    return facts, entries


def _windows(facts: Iterable[Fact], entries: Iterable[Told]) -> dict[str, Any]:
    """By person: from the first alert to the last closing."""
    settled = {one.alert: one.at for one in entries if one.entry.kind is EntryKind.CLOSED}
    spans: dict[PersonId, tuple[datetime, datetime]] = {}
    for fact in facts:
        since, until = spans.get(fact.person, (fact.raised_at, fact.raised_at))
        end = settled.get(fact.alert, FOR_EVER)
        spans[fact.person] = min(since, fact.raised_at), max(until, end)
    return {
        "people": list(spans),
        "since": [since for since, _ in spans.values()],
        "until": [until for _, until in spans.values()],
    }


async def of(conn: AsyncConnection, ids: Collection[AlertId]) -> list[Fact]:
    query = (
        select(
            alerts.c.id,
            alerts.c.person_id,
            breaches.c.kind,
            alerts.c.severity,
            alerts.c.raised_at,
            breaches.c.opened_at,
            func.coalesce(breaches.c.closed_at, breaches.c.annulled_at),
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .where(alerts.c.id == any_(cast(list(ids), ARRAY(BigInteger))))
    )
    return [
        Fact(AlertId(row[0]), PersonId(row[1]), BreachKind(row[2]), *row[3:])
        for row in await conn.execute(query)
    ]


async def told(conn: AsyncConnection, ids: Collection[AlertId]) -> list[Told]:
    columns = alert_entries.c
    query = select(
        columns.alert_id,
        columns.at,
        columns.id,
        columns.kind,
        columns.by_user,
        columns.note,
        columns.outcome,
        columns.to_user,
        columns.said,
        columns.command_id,
    ).where(columns.alert_id == any_(cast(list(ids), ARRAY(BigInteger))))
    return [_told(row) for row in await conn.execute(query)]


def _told(row: Any) -> Told:
    alert, at, number, kind, by, note, outcome, to, said, command = row
    entry = Entry(EntryKind(kind), by, note, Outcome(outcome) if outcome else None, to, said, command)
    return Told(AlertId(alert), at, number, entry)


async def add(conn: AsyncConnection, entries: Sequence[tuple[AlertId, Entry]]) -> None:
    """Append; state and owner of the alerts repeat the last word."""
    await one_by_one.append(conn, entries)
    states = [
        {"alert": alert, "state": _state(entry.kind), "owner": _owner(entry)}
        for alert, entry in entries
        if entry.kind in CHANGES and entry.kind is not EntryKind.CLOSED
    ]
    shut = [{"alert": alert} for alert, entry in entries if entry.kind is EntryKind.CLOSED]
    this = alerts.c.id == bindparam("alert")
    if states:
        values: dict[str, Any] = {"state": bindparam("state"), "taken_by": bindparam("owner")}
        await conn.execute(update(alerts).where(this).values(values), states)
    if shut:
        await conn.execute(update(alerts).where(this).values(state=AlertState.CLOSED), shut)


def _state(kind: EntryKind) -> AlertState:
    return AlertState.NEW if kind is EntryKind.RELEASED else AlertState.TAKEN


def _owner(entry: Entry) -> UserId | None:
    return None if entry.kind is EntryKind.RELEASED else entry.to or entry.by


async def colleagues(
    conn: AsyncConnection, person: PersonId, *, at: datetime
) -> dict[str, tuple[UserId, str]]:
    """By login, who may see the person and answer their alerts: to whom a card may be given."""
    own = select(caseloads.c.user_id).where(caseloads.c.person_id == person, caseloads.c.during.contains(at))
    there = (
        select(postings.c.user_id)
        .join(stays, stays.c.institution_id == postings.c.institution_id)
        .where(stays.c.person_id == person, stays.c.during.contains(at), postings.c.during.contains(at))
    )
    answering = [role for role, may in GRANTS.items() if Permission.ALERT_ANSWER in may]
    sees = or_(users.c.id.in_(own), users.c.id.in_(there), users.c.role == Role.ADMINISTRATOR)
    query = select(users.c.login, users.c.id, users.c.shown_as).where(users.c.role.in_(answering), sees)
    found = await conn.execute(query.order_by(users.c.shown_as))
    return {row[0]: (UserId(row[1]), row[2]) for row in found}


async def order_of(conn: AsyncConnection, alert: AlertId) -> OrderId | None:
    """Under which the breach was judged; of a device, what the person was under at that moment."""
    under = (
        select(orders.c.id)
        .where(orders.c.person_id == breaches.c.person_id, orders.c.during.contains(breaches.c.opened_at))
        .order_by(orders.c.id)
        .limit(1)
        .scalar_subquery()
    )
    query = select(func.coalesce(breaches.c.order_id, under)).join(alerts).where(alerts.c.id == alert)
    found = (await conn.execute(query)).scalar()
    return None if found is None else OrderId(found)
