"""What was written down as done, what came too late, and how that ended: rows are only added."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata
from inmates.rights.model import DutyKind, EntryKind

rights_entries = Table(
    "rights_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint(f"kind in {tuple(str(one) for one in EntryKind)}", "kind"),
        nullable=False,
    ),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("answers", BigInteger),
    Column("by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(kind in ('visit_held', 'request_answered')) = (answers is not null)", "answered"),
    CheckConstraint("at <= made_at", "order"),
    UniqueConstraint("id", "person_id"),
    ForeignKeyConstraint(["answers", "person_id"], ["rights_entries.id", "rights_entries.person_id"]),
)

rights_violations = Table(  # found once, however often the keeper looks
    "rights_violations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint(f"kind in {tuple(str(one) for one in DutyKind)}", "kind"),
        nullable=False,
    ),
    Column("subject_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("article", Text, CheckConstraint("article <> ''", "article"), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    UniqueConstraint("person_id", "kind", "subject_id", "due_at"),
    CheckConstraint("due_at < found_at", "late"),
)
Index("ix_rights_violations_kind", rights_violations.c.kind, rights_violations.c.id)

rights_settlements = Table(  # the end of a violation: done at last, or no longer owed
    "rights_settlements",
    metadata,
    Column("violation_id", ForeignKey("rights_violations.id"), primary_key=True),
    Column("done_at", DateTime(timezone=True)),
    Column("found_at", DateTime(timezone=True), nullable=False),
)
