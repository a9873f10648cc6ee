"""Marks as they were set, and those taken off before their day; nothing of it is ever changed."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Table, Text

from core.db import metadata

renowns = Table(
    "renowns",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    Column("marked_by", ForeignKey("users.id"), nullable=False),
    Column("marked_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("ends_at > marked_at", "ends_at"),
)

renown_ends = Table(
    "renown_ends",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("renown_id", ForeignKey("renowns.id"), nullable=False, unique=True),
    Column("ended_by", ForeignKey("users.id"), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
)
