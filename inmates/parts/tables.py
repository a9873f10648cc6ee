"""Parts as they were released: they only grow."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata

file_parts = Table(
    "file_parts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column(
        "compartment",
        Text,
        CheckConstraint("compartment in ('health', 'psychology')", "compartment"),
        nullable=False,
    ),
    Column("number", Text, nullable=False),
    Column("digest", Text, CheckConstraint("digest ~ '^[0-9a-f]{64}$'", "digest"), nullable=False),
    Column("given", LargeBinary, nullable=False),  # opened by the person's code, which is kept nowhere
    Column("kept", LargeBinary, nullable=False),  # the same, opened by the compartment's key
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("number"),
)
Index("ix_file_parts_person_id", file_parts.c.person_id, file_parts.c.id)
