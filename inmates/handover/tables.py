"""Certified copies of files: never changed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata

file_certificates = Table(
    "file_certificates",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column(
        "purpose",
        Text,
        CheckConstraint("purpose in ('release', 'request', 'transfer')", "purpose"),
        nullable=False,
    ),
    Column("content", Text, nullable=False),
    Column(
        "digest",
        Text,
        CheckConstraint("digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')", "digest"),
        nullable=False,
    ),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("number"),
)
Index("ix_file_certificates_person_id", file_certificates.c.person_id, file_certificates.c.id)
