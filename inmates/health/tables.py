"""The health compartment's rows: what a doctor wrote is sealed; plain are ids, times and consequences."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata

appointments = Table(
    "health_appointments",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("purpose", LargeBinary, nullable=False),
)

attendances = Table(  # what came of an appointment; a correction names what it replaces
    "health_attendances",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("appointment_id", ForeignKey("health_appointments.id"), nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("noted_by", ForeignKey("users.id"), nullable=False),
    Column("said", LargeBinary, nullable=False),  # outcome and note
    Column("replaces", BigInteger, unique=True),
    UniqueConstraint("id", "appointment_id"),
    ForeignKeyConstraint(
        ("replaces", "appointment_id"), ("health_attendances.id", "health_attendances.appointment_id")
    ),
)
Index(
    "uq_health_attendances_first",
    attendances.c.appointment_id,
    unique=True,
    postgresql_where=attendances.c.replaces.is_(None),
)

findings = Table(
    "health_findings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("text", LargeBinary, nullable=False),
    UniqueConstraint("id", "person_id"),
)

consequences = Table(  # for everybody who works with the person; no decision without a finding behind it
    "health_consequences",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('no_bracelet', 'light_work', 'no_work', 'separate_room')", "kind"),
        nullable=False,
    ),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), CheckConstraint("ends_at >= starts_at", "ends_at")),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_by", ForeignKey("users.id"), nullable=False),
    Column("finding_id", BigInteger, nullable=False),
    Column("replaces", BigInteger, unique=True),
    UniqueConstraint("id", "person_id", "kind"),
    ForeignKeyConstraint(("finding_id", "person_id"), ("health_findings.id", "health_findings.person_id")),
    ForeignKeyConstraint(
        ("replaces", "person_id", "kind"),
        ("health_consequences.id", "health_consequences.person_id", "health_consequences.kind"),
    ),
)
