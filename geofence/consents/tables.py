"""Words about consent after the first, which stands in the relation itself; append-only."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Table,
    Text,
    func,
)

from core.db import metadata

relation_consents = Table(
    "relation_consents",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("relation_id", ForeignKey("proximities.id"), nullable=False, index=True),
    Column("word", Text, CheckConstraint("word in ('given', 'withdrawn')", "word"), nullable=False),
    Column("document", Text, CheckConstraint("document <> ''", "document"), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
