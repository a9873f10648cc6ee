"""Photos and withdrawals: both only grow."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata

photos = Table(
    "photos",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("taken_on", Date, nullable=False),
    Column("digest", Text, CheckConstraint("digest ~ '^[0-9a-f]{64}$'", "digest"), nullable=False),
    Column("large", LargeBinary, nullable=False),  # sealed, as the small one
    Column("small", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("person_id", "digest"),
)

photo_withdrawals = Table(
    "photo_withdrawals",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("photo_id", ForeignKey("photos.id"), nullable=False),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("photo_id"),
)
