"""Bonds as they were declared, and their ends; nothing of it is ever changed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Table,
    Text,
    UniqueConstraint,
)

from core.db import metadata

bonds = Table(
    "bonds",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint("kind in ('kin', 'acquaintance', 'other')", "kind"), nullable=False),
    Column("words", Text, nullable=False),
    Column("declared_by", ForeignKey("users.id"), nullable=False),
    Column("declared_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("id", "user_id"),  # so that an end can say whose bond it was
)

bond_ends = Table(
    "bond_ends",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("bond_id", BigInteger, nullable=False, unique=True),
    Column("user_id", BigInteger, nullable=False),
    Column("ended_by", ForeignKey("users.id"), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    CheckConstraint("ended_by <> user_id", "ended_by"),
    ForeignKeyConstraint(("bond_id", "user_id"), ("bonds.id", "bonds.user_id")),
)
