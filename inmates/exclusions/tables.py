"""Whom a thing is kept from, and who stands in for whom; exclusions are added and never taken back."""

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
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from core.db import metadata

exclusions = Table(
    "exclusions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("user_id", ForeignKey("users.id")),
    Column("institution_id", ForeignKey("institutions.id")),  # everybody who is posted there
    Column("named_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("num_nonnulls(user_id, institution_id) = 1", "whom"),
    UniqueConstraint(
        "subject_kind", "subject_id", "user_id", "institution_id", postgresql_nulls_not_distinct=True
    ),
)
Index("ix_exclusions_user_id", exclusions.c.user_id, exclusions.c.subject_kind)
Index("ix_exclusions_institution_id", exclusions.c.institution_id, exclusions.c.subject_kind)

deputies = Table(  # who acts on whose behalf, and when: what is kept from one is kept from the other
    "deputies",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("for_user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("named_by", ForeignKey("users.id"), nullable=False),
    CheckConstraint("user_id <> for_user_id", "other"),
    ExcludeConstraint(("user_id", "="), ("for_user_id", "="), ("during", "&&"), name="ex_deputies_during"),
)
