"""Requests that were answered, the feed of each relative, and drafts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.db import metadata

answered = Table(
    "answered_requests",
    metadata,
    Column("relative_id", ForeignKey("relatives.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("ix_answered_requests_at", answered.c.at)

feeds = Table(  # the number of the newest change; its row is the relative's turn
    "relative_feeds",
    metadata,
    Column("relative_id", ForeignKey("relatives.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

changes = Table(  # the newest of each thing
    "relative_changes",
    metadata,
    Column("relative_id", ForeignKey("relatives.id"), primary_key=True),
    Column("thing", Text, primary_key=True),
    Column("subject_id", BigInteger, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("relative_id", "seq"),
    CheckConstraint(
        "thing in ('claim', 'kin', 'visit', 'advice', 'appeal', 'draft', 'upload')",
        "thing",
    ),
)

drafts = Table(
    "relative_drafts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("relative_id", ForeignKey("relatives.id"), nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("updated_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("relative_id", "client_id"),
)
