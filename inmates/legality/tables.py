"""Complaints about staff, and flags: rows are added and never changed; oversight alone reads them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata
from inmates.legality.model import Breach, DeedKind

complaints_against = Table(
    "complaints_against",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("against", ForeignKey("users.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("reference", Text, CheckConstraint("reference <> ''", "reference"), nullable=False),
    Column("written_by", ForeignKey("users.id")),
    Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("person_id", "against", "reference"),
    CheckConstraint("against <> written_by", "own"),
    CheckConstraint("made_at <= written_at", "order"),
)

legality_flags = Table(  # one user's part in one subject is flagged once, however often the guard looks
    "legality_flags",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "breach",
        Text,
        CheckConstraint(f"breach in {tuple(str(one) for one in Breach)}", "breach"),
        nullable=False,
    ),
    Column("article", Text, CheckConstraint("article <> ''", "article"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("actor", ForeignKey("users.id")),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    UniqueConstraint("breach", "subject_kind", "subject_id", "actor", postgresql_nulls_not_distinct=True),
)

weighed_deeds = Table(  # whatever complaint is registered later is held against them
    "weighed_deeds",
    metadata,
    Column(
        "kind",
        Text,
        CheckConstraint(f"kind in {tuple(str(one) for one in DeedKind)}", "kind"),
        primary_key=True,
    ),
    Column("subject_id", BigInteger, primary_key=True),
    Column("actor", ForeignKey("users.id"), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("entry", BigInteger, Identity(), nullable=False, unique=True),  # the ledger's order
)
