"""The live map's questions: who is watched, what is open, and how people stand."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, and_, any_, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId
from core.tables import feed, users
from dashboards.model import Card, PersonState, Seen, Watched, state_of
from geofence.model import BreachKind
from geofence.tables import alert_entries, alerts, breaches, conditions, zones
from inmates.tables import persons
from tracking.tables import marks, wearings

ZONE_KINDS: Final = (
    BreachKind.EXCLUSION_ENTERED,
    BreachKind.EXCLUSION_CROSSED,
    BreachKind.INCLUSION_LEFT,
    BreachKind.CURFEW,
    BreachKind.BOUNDARY_LEFT,
)
NAME: Final = persons.c.surname + " " + persons.c.given_name


def among(seen: Seen, person: ColumnElement[int]) -> ColumnElement[bool]:
    """One of these; None: anybody."""
    return true() if seen is None else person == any_(cast(list(seen), ARRAY(BigInteger)))


async def people(conn: AsyncConnection, seen: Seen) -> list[Watched]:
    """Those of these people who wear a device now."""
    query = (
        select(persons.c.id, NAME, persons.c.number, func.max(marks.c.contact_at))
        .join(wearings, and_(wearings.c.person_id == persons.c.id, wearings.c.during.contains(func.now())))
        .outerjoin(marks, marks.c.device_id == wearings.c.device_id)
        .where(among(seen, persons.c.id))
        .group_by(persons.c.id)
        .order_by(NAME)
    )
    found = (await conn.execute(query)).all()
    held = await _open_kinds(conn, among(seen, breaches.c.person_id))
    return [
        Watched(ident, name, number, state_of(held.get(ident, ())), contact)
        for ident, name, number, contact in found
    ]


async def watched(conn: AsyncConnection, person: PersonId) -> Watched:
    """One person, whether they wear a device or not; the caller has asked whether they may be shown."""
    row = (await conn.execute(select(NAME, persons.c.number).where(persons.c.id == person))).one()
    state = (await states_of(conn, [person]))[person]
    return Watched(person, row[0], row[1], state, None)


async def states(conn: AsyncConnection) -> dict[int, PersonState]:
    """The state of everybody with an open breach."""
    return {person: state_of(kinds) for person, kinds in (await _open_kinds(conn, true())).items()}


async def states_of(conn: AsyncConnection, people: Collection[int]) -> dict[int, PersonState]:
    """The state of each of these, from the breaches that are open."""
    held = await _open_kinds(conn, among(frozenset(people), breaches.c.person_id))
    return {person: state_of(held.get(person, ())) for person in people}


async def _open_kinds(conn: AsyncConnection, which: ColumnElement[bool]) -> dict[int, list[str]]:
    query = (
        select(breaches.c.person_id, func.array_agg(breaches.c.kind.distinct()))
        .where(which, breaches.c.closed_at.is_(None), breaches.c.annulled_at.is_(None))
        .group_by(breaches.c.person_id)
    )
    return {row[0]: row[1] for row in await conn.execute(query)}


async def cards(conn: AsyncConnection, ids: Collection[int]) -> list[Card]:
    """These alerts as they are now."""
    return _cards(await conn.execute(_card().where(alerts.c.id == any_(cast(list(ids), ARRAY(BigInteger))))))


async def alerts_of(conn: AsyncConnection, commands: Collection[int]) -> set[int]:
    """Alerts on whose cards these messages stand."""
    told = alert_entries.c.command_id == any_(cast(list(commands), ARRAY(BigInteger)))
    return set((await conn.execute(select(alert_entries.c.alert_id).where(told))).scalars())


async def open_cards(conn: AsyncConnection, seen: Seen) -> list[Card]:
    """Alerts nobody has closed, gravest and oldest first."""
    query = _card().where(alerts.c.state != "closed", among(seen, alerts.c.person_id))
    return _cards(await conn.execute(query.order_by(alerts.c.severity, alerts.c.raised_at)))


def _card() -> Select[Any]:
    return (
        select(
            alerts.c.id,
            alerts.c.person_id,
            NAME,
            breaches.c.kind,
            alerts.c.severity,
            alerts.c.state,
            alerts.c.raised_at,
            breaches.c.opened_at,
            breaches.c.closed_at,
            breaches.c.annulled_at,
            breaches.c.is_late,
            users.c.shown_as,
            zones.c.name,
        )
        .join(breaches, breaches.c.id == alerts.c.breach_id)
        .join(persons, persons.c.id == alerts.c.person_id)
        .outerjoin(users, users.c.id == alerts.c.taken_by)
        .outerjoin(
            conditions,
            and_(conditions.c.id == breaches.c.subject_id, breaches.c.kind.in_(ZONE_KINDS)),
        )
        .outerjoin(zones, zones.c.id == conditions.c.zone_id)
    )


def _cards(rows: Any) -> list[Card]:
    return [Card(*row) for row in rows]


async def alerts_after(conn: AsyncConnection, seq: int) -> list[int] | None:
    """Alerts that changed after `seq`; None: the feed no longer reaches back so far."""
    reach = (await conn.execute(select(func.min(feed.c.seq), func.max(feed.c.seq)))).one()
    if reach[0] is None or not reach[0] <= seq + 1 <= reach[1] + 1:
        return None
    query = select(feed.c.body["alert"].as_integer()).where(feed.c.seq > seq, feed.c.kind == "alert")
    return list((await conn.execute(query.distinct())).scalars())
