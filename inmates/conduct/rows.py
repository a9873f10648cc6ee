"""Rows of conduct as values of its model."""

from typing import Any

from core.model import PersonId, UserId
from inmates.conduct.model import (
    Decision,
    DecisionId,
    Document,
    Entry,
    EntryKind,
    Hearing,
    HearingId,
    Incentive,
    IncentiveId,
    IncentiveKind,
    Incident,
    IncidentId,
    IncidentKind,
    Measure,
    Member,
    Minutes,
    Protocol,
    ProtocolId,
)


def document(row: Any) -> Document:
    return Document(row.ground, row.document_number, row.document_on)


def incident(row: Any) -> Incident:
    return Incident(
        IncidentId(row.id),
        PersonId(row.person_id),
        IncidentKind(row.kind),
        row.happened_at,
        row.place,
        row.text,
        row.reported_at,
        UserId(row.reported_by),
    )


def hearing(row: Any) -> Hearing:
    return Hearing(
        HearingId(row.id), IncidentId(row.incident_id), row.heard_at, row.explanation, UserId(row.heard_by)
    )


def decision(row: Any) -> Decision:
    return Decision(
        DecisionId(row.id),
        PersonId(row.person_id),
        IncidentId(row.incident_id),
        HearingId(row.hearing_id),
        Measure(row.measure),
        row.days,
        row.begins_on,
        document(row),
        row.decided_at,
        UserId(row.decided_by),
        row.law,
    )


def entry(row: Any) -> Entry:
    return Entry(DecisionId(row.decision_id), EntryKind(row.kind), row.at, UserId(row.by), document(row))


def incentive(row: Any) -> Incentive:
    return Incentive(
        IncentiveId(row.id),
        PersonId(row.person_id),
        IncentiveKind(row.kind),
        document(row),
        row.lifts,
        row.protocol_id,
        row.decided_at,
        UserId(row.decided_by),
        row.law,
    )


def protocol(row: Any) -> Protocol:
    return Protocol(
        ProtocolId(row.id),
        PersonId(row.person_id),
        Minutes(row.number, row.held_on, row.is_correcting, [Member(**one) for one in row.members]),
        UserId(row.written_by),
    )
