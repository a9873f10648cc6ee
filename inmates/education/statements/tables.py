"""Statements, accounts of learners, courses behind activities, and which statement became which event."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)

from core.db import metadata

learning_statements = Table(  # appended only; a voided one stays
    "learning_statements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("provider_id", ForeignKey("users.id"), nullable=False),
    Column("uuid", Uuid, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),  # SHA-256 of what identifies it
    Column("verb", Text, nullable=False),
    Column("activity", Text),
    Column("refers", Uuid),
    Column("voids", Boolean, nullable=False),
    Column("registration", Uuid),
    Column("kind", Text),  # what it says of a course; none: its verb means nothing to us
    Column("percent", Numeric(5, 2)),
    Column("score", Numeric(5, 4)),
    Column("digest", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON in ASCII
    UniqueConstraint("provider_id", "uuid"),
    CheckConstraint("not voids or refers is not null", "voids"),
    Index("ix_learning_statements_provider_id_id", "provider_id", "id"),
    Index("ix_learning_statements_actor", "provider_id", "actor"),
)
Index(
    "ix_learning_statements_refers",
    learning_statements.c.provider_id,
    learning_statements.c.refers,
    postgresql_where=learning_statements.c.refers.is_not(None),
)

learner_accounts = Table(  # who a learner is on a platform: a pseudonym
    "learner_accounts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("provider_id", ForeignKey("users.id"), nullable=False),
    Column("home_page", Text, nullable=False),
    Column(
        "name",
        Text,
        CheckConstraint("regexp_replace(name, '[^0-9]', '', 'g') !~ '^[1-6][0-9]{13}$'", "pinfl"),
        nullable=False,
    ),
    Column("actor", Text, nullable=False),  # as statements name it
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("provider_id", "actor"),
)

course_activities = Table(  # what a platform calls a course
    "course_activities",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("provider_id", ForeignKey("users.id"), nullable=False),
    Column("iri", Text, nullable=False),
    Column("course_id", ForeignKey("courses.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("provider_id", "iri"),
)

statement_events = Table(
    "statement_events",
    metadata,
    Column("statement_id", ForeignKey("learning_statements.id"), primary_key=True),
    Column("event_id", ForeignKey("education_events.id"), nullable=False, unique=True),
)
