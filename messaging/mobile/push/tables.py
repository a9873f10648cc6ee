"""Devices that want to be woken, and how far they have been told."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
)

from core.db import metadata

pushes = Table(
    "relative_pushes",
    metadata,
    Column("handset_id", ForeignKey("relative_handsets.id"), primary_key=True),
    Column("endpoint", LargeBinary, nullable=False),  # sealed
    Column("told", BigInteger, nullable=False),  # of the feed: woken for, or read by the device itself
    Column("failures", SmallInteger, CheckConstraint("failures >= 0", "failures"), nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),  # not before
    Column("made_at", DateTime(timezone=True), nullable=False),
)
Index("ix_relative_pushes_next_at", pushes.c.next_at)
