"""Conduct as the records hold it."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, Table, any_, cast, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.conduct import rows
from inmates.conduct.model import (
    Decision,
    DecisionId,
    Document,
    Entry,
    Hearing,
    HearingId,
    IncentiveId,
    IncentiveKind,
    Incident,
    IncidentId,
    Minutes,
    Proposal,
    ProtocolId,
    Record,
    Report,
)
from inmates.conduct.tables import (
    commission_protocols,
    conduct_decisions,
    incentives,
    incident_hearings,
    incidents,
    sanction_entries,
)
from inmates.model import Scope
from inmates.store import seen_by


async def record(conn: AsyncConnection, person: PersonId) -> Record:
    """Every fact of one person, oldest first."""
    return (await records(conn, [person]))[person]


async def records(conn: AsyncConnection, people: Collection[PersonId]) -> dict[PersonId, Record]:
    """Of many people at once; each has a record, if only an empty one."""
    heard = select(incident_hearings, incidents.c.person_id).join(incidents)
    entered = select(sanction_entries, conduct_decisions.c.person_id).join(conduct_decisions)
    found = [
        await _by_person(conn, query, read, people=people)
        for query, read in (
            (select(incidents), rows.incident),
            (heard, rows.hearing),
            (select(conduct_decisions), rows.decision),
            (entered, rows.entry),
            (select(incentives), rows.incentive),
            (select(commission_protocols), rows.protocol),
        )
    ]
    return {one: Record(*(part.get(one, []) for part in found)) for one in people}


async def _by_person(
    conn: AsyncConnection, query: Select[Any], read: Callable[[Any], Any], *, people: Collection[PersonId]
) -> dict[int, list[Any]]:
    columns = query.selected_columns
    wanted = query.where(columns.person_id == any_(cast(list(people), ARRAY(BigInteger))))
    found: dict[int, list[Any]] = {}
    for row in await conn.execute(wanted.order_by(columns.id)):
        found.setdefault(row.person_id, []).append(read(row))
    return found


async def decision(conn: AsyncConnection, ident: DecisionId) -> Decision | None:
    """Whoever's it is: the caller asks whether it may be shown."""
    query = select(conduct_decisions).where(conduct_decisions.c.id == ident)
    row = (await conn.execute(query)).one_or_none()
    return rows.decision(row) if row else None


def decided_by(user: UserId, scope: Scope) -> Select[Any]:
    """The decisions of one user that stand, as papers are listed."""
    annulling = conduct_decisions.alias()
    annulled = select(annulling.c.id).where(annulling.c.replaces == conduct_decisions.c.id).exists()
    return select(
        conduct_decisions.c.id.label("subject"),
        conduct_decisions.c.decided_at.label("at"),
        literal("").label("called"),
        conduct_decisions.c.person_id,
    ).where(conduct_decisions.c.decided_by == user, ~annulled, seen_by(scope, conduct_decisions.c.person_id))


async def latest(
    conn: AsyncConnection, person: PersonId, *, before: IncidentId | None, most: int
) -> list[Incident]:
    """Newest first, from behind `before` on."""
    query = select(incidents).where(incidents.c.person_id == person)
    if before is not None:
        query = query.where(incidents.c.id < before)
    found = await conn.execute(query.order_by(incidents.c.id.desc()).limit(most))
    return [rows.incident(row) for row in found]


async def add_incident(
    conn: AsyncConnection, person: PersonId, *, report: Report, at: datetime, by: UserId
) -> IncidentId:
    row = {
        "person_id": person,
        "kind": report.kind,
        "happened_at": report.happened_at,
        "place": report.place,
        "text": report.text,
        "reported_at": at,
        "reported_by": by,
    }
    return IncidentId(await _add(conn, incidents, row))


async def add_hearing(
    conn: AsyncConnection, incident: IncidentId, *, heard_at: datetime, explanation: str | None, by: UserId
) -> HearingId:
    row = {
        "incident_id": incident,
        "heard_at": heard_at,
        "explanation": explanation,
        "is_declined": explanation is None,
        "heard_by": by,
    }
    return HearingId(await _add(conn, incident_hearings, row))


async def add_decision(
    conn: AsyncConnection,
    incident: Incident,
    *,
    hearing: Hearing,
    proposal: Proposal,
    replaces: DecisionId | None,
    at: datetime,
    by: UserId,
    law: str,
) -> DecisionId:
    row = {
        "person_id": incident.person_id,
        "incident_id": incident.id,
        "hearing_id": hearing.id,
        "heard_at": hearing.heard_at,
        "measure": proposal.measure,
        "days": proposal.days,
        "begins_on": proposal.begins_on,
        "decided_at": at,
        "decided_by": by,
        "law": law,
        "replaces": replaces,
    }
    return DecisionId(await _add(conn, conduct_decisions, row | _document(proposal.document)))


async def add_entry(conn: AsyncConnection, entry: Entry) -> None:
    row = {"decision_id": entry.decision_id, "kind": entry.kind, "at": entry.at, "by": entry.by}
    await _add(conn, sanction_entries, row | _document(entry.document))


async def add_incentive(
    conn: AsyncConnection,
    person: PersonId,
    *,
    kind: IncentiveKind,
    document: Document,
    lifts: DecisionId | None,
    protocol: ProtocolId | None,
    at: datetime,
    by: UserId,
    law: str,
) -> IncentiveId:
    row = {
        "person_id": person,
        "kind": kind,
        "lifts": lifts,
        "protocol_id": protocol,
        "decided_at": at,
        "decided_by": by,
        "law": law,
    }
    return IncentiveId(await _add(conn, incentives, row | _document(document)))


async def add_protocol(
    conn: AsyncConnection, person: PersonId, *, minutes: Minutes, by: UserId, law: str
) -> ProtocolId | None:
    """None: one of this number and day is there already."""
    row = {
        "person_id": person,
        "number": minutes.number,
        "held_on": minutes.held_on,
        "is_correcting": minutes.is_correcting,
        "members": [{"name": one.name, "is_public": one.is_public} for one in minutes.members],
        "written_by": by,
        "law": law,
    }
    made = insert(commission_protocols).values(row).on_conflict_do_nothing()
    found = (await conn.execute(made.returning(commission_protocols.c.id))).scalar()
    return None if found is None else ProtocolId(found)


async def _add(conn: AsyncConnection, table: Table, row: dict[str, Any]) -> int:
    return int((await conn.execute(insert(table).values(row).returning(table.c.id))).scalar_one())


def _document(document: Document) -> dict[str, Any]:
    return {
        "ground": document.ground,
        "document_number": document.number,
        "document_on": document.on,
    }
