"""Conduct as it is kept: rows are only added; keys repeat what a sanction needs before it can exist."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.db import metadata
from inmates.conduct.model import EntryKind, IncentiveKind, IncidentKind, Measure


def _one_of(column: str, values: object) -> str:
    return f"{column} in {tuple(str(value) for value in values)}"  # type: ignore[attr-defined]


def _document() -> list[Column[object] | CheckConstraint]:
    """Every decision says why and under which paper."""
    return [
        Column("ground", Text, CheckConstraint("ground <> ''", "ground"), nullable=False),
        Column("document_number", Text, CheckConstraint("document_number <> ''", "document"), nullable=False),
        Column("document_on", Date, nullable=False),
    ]


incidents = Table(
    "incidents",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint(_one_of("kind", IncidentKind), "kind"), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("place", Text, nullable=False),
    Column("text", Text, CheckConstraint("text <> ''", "text"), nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("reported_by", ForeignKey("users.id"), nullable=False),
    CheckConstraint("happened_at <= reported_at", "order"),
    UniqueConstraint("id", "person_id"),
)

incident_hearings = Table(
    "incident_hearings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Column("explanation", Text, CheckConstraint("explanation <> ''", "explanation")),
    Column("is_declined", Boolean, nullable=False),
    Column("heard_by", ForeignKey("users.id"), nullable=False),
    CheckConstraint("is_declined = (explanation is null)", "declined"),
    UniqueConstraint("id", "incident_id", "heard_at"),
)

conduct_decisions = Table(  # no row without an incident of this person, its hearing, and a document
    "conduct_decisions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("incident_id", BigInteger, nullable=False),
    Column("hearing_id", BigInteger, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Column("measure", Text, CheckConstraint(_one_of("measure", Measure), "measure"), nullable=False),
    Column("days", Integer, CheckConstraint("days > 0", "days")),
    Column("begins_on", Date),
    *_document(),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", ForeignKey("users.id"), nullable=False, index=True),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    Column("replaces", ForeignKey("conduct_decisions.id"), unique=True),  # an annulled one
    CheckConstraint("heard_at <= decided_at", "heard"),
    CheckConstraint(
        "(measure = 'disciplinary_cell') = (days is not null) and (days is null) = (begins_on is null)",
        "term",
    ),
    ForeignKeyConstraint(["incident_id", "person_id"], ["incidents.id", "incidents.person_id"]),
    ForeignKeyConstraint(
        ["hearing_id", "incident_id", "heard_at"],
        ["incident_hearings.id", "incident_hearings.incident_id", "incident_hearings.heard_at"],
    ),
)
Index(
    "uq_conduct_decisions_first",
    conduct_decisions.c.incident_id,
    unique=True,
    postgresql_where=conduct_decisions.c.replaces.is_(None),
)

sanction_entries = Table(
    "sanction_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("decision_id", ForeignKey("conduct_decisions.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint(_one_of("kind", EntryKind), "kind"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", ForeignKey("users.id"), nullable=False),
    *_document(),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index(  # ends but once
    "uq_sanction_entries_ending",
    sanction_entries.c.decision_id,
    sanction_entries.c.kind,
    unique=True,
    postgresql_where=sanction_entries.c.kind.in_(("served", "lifted", "annulled")),
)

commission_protocols = Table(
    "commission_protocols",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("number", Text, CheckConstraint("number <> ''", "number"), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("is_correcting", Boolean, nullable=False),
    Column("members", JSONB, nullable=False),
    Column("written_by", ForeignKey("users.id"), nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("jsonb_array_length(members) > 0 and members @> '[{\"is_public\": true}]'", "members"),
    UniqueConstraint("id", "person_id"),
    UniqueConstraint("person_id", "number", "held_on"),
)

incentives = Table(
    "incentives",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint(_one_of("kind", IncentiveKind), "kind"), nullable=False),
    *_document(),
    Column("lifts", ForeignKey("conduct_decisions.id"), unique=True),
    Column("protocol_id", BigInteger),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", ForeignKey("users.id"), nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    CheckConstraint("(kind = 'early_lifting') = (lifts is not null)", "lifting"),
    ForeignKeyConstraint(
        ["protocol_id", "person_id"], ["commission_protocols.id", "commission_protocols.person_id"]
    ),
)
