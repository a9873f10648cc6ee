"""Telephones of supervised people, and the sessions they opened."""

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
    func,
)

from core.db import metadata

own_phones = Table(
    "own_phones",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("phone", LargeBinary, nullable=False),  # sealed
    Column("phone_blind", LargeBinary, nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by", ForeignKey("users.id")),
    CheckConstraint("(ended_at is null) = (ended_by is null)", "ended"),
)
for name, column in (("person", own_phones.c.person_id), ("phone", own_phones.c.phone_blind)):
    Index(f"uq_own_phones_{name}", column, unique=True, postgresql_where=own_phones.c.ended_at.is_(None))

own_sessions = Table(
    "own_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256: a stolen table opens no session
    Column("phone_id", ForeignKey("own_phones.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
)
