"""Uploads, their parts as they came, and derived copies."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from core.db import metadata

uploads = Table(
    "uploads",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("relative_id", ForeignKey("relatives.id"), nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("length", Integer, CheckConstraint("length between 1 and 25000000", "length"), nullable=False),
    Column("received", Integer, nullable=False),
    Column("declared", Text, nullable=False),
    Column(
        "state", Text, CheckConstraint("state in ('receiving', 'kept', 'refused')", "state"), nullable=False
    ),
    Column("fault", Text, CheckConstraint("fault in ('type', 'picture', 'malware')", "fault")),
    Column("digest", Text),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("relative_id", "client_id"),
    CheckConstraint("received between 0 and length", "received"),
    CheckConstraint("(state = 'refused') = (fault is not null)", "refused"),
    CheckConstraint("(state = 'receiving') = (digest is null)", "whole"),
)
Index("ix_uploads_ends_at", uploads.c.ends_at)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", ForeignKey("uploads.id", ondelete="cascade"), primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),  # the offset
    Column("body", LargeBinary, nullable=False),  # sealed
)

upload_copies = Table(  # pictures without place and device
    "upload_copies",
    metadata,
    Column("upload_id", ForeignKey("uploads.id", ondelete="cascade"), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # sealed
)
