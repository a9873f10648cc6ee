"""Campaigns, what each asked, and what was said: nothing of it is ever changed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
)

from core.db import metadata

vettings = Table(
    "vettings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("begun_by", ForeignKey("users.id")),  # none: the keeper, because it was time
    Column("due_on", Date, nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
)

vetting_items = Table(  # as it stood when the campaign began
    "vetting_items",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("vetting_id", ForeignKey("vettings.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind in ('account', 'posting')", "kind"), nullable=False),
    Column("posting_id", ForeignKey("postings.id")),
    Column("institution_id", ForeignKey("institutions.id")),
    CheckConstraint("(kind = 'posting') = (posting_id is not null)", "posting"),
    UniqueConstraint("id", "user_id"),  # so that a verdict can name whom it is about
    UniqueConstraint("vetting_id", "user_id", "posting_id", postgresql_nulls_not_distinct=True),
)

vetting_verdicts = Table(
    "vetting_verdicts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("item_id", BigInteger, nullable=False, index=True),
    Column("user_id", BigInteger, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict in ('kept', 'ended')", "verdict"), nullable=False),
    Column("words", Text, nullable=False),
    Column("said_by", ForeignKey("users.id"), nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("replaces", BigInteger, unique=True),
    CheckConstraint("said_by <> user_id", "said_by"),
    CheckConstraint("verdict = 'kept' or words <> ''", "words"),
    ForeignKeyConstraint(("item_id", "user_id"), ("vetting_items.id", "vetting_items.user_id")),
    ForeignKeyConstraint(("replaces", "item_id"), ("vetting_verdicts.id", "vetting_verdicts.item_id")),
    UniqueConstraint("id", "item_id"),
)
Index(
    "uq_vetting_verdicts_first",
    vetting_verdicts.c.item_id,
    unique=True,
    postgresql_where=vetting_verdicts.c.replaces.is_(None),
)
