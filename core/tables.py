"""Users and their sessions, the audit, the feed, and the platform's own heartbeats."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE

from core.db import metadata

ROLES = (  # core.auth.Role
    "officer",
    "administrator",
    "registrar",
    "unit_head",
    "psychologist",
    "doctor",
    "teacher",
    "accountant",
    "oversight",
    "provider",
    "ombudsman",
    "prosecutor",
    "central",
    "lawyer",
)

users = Table(
    "users",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, CheckConstraint(f"role in {ROLES}", "role"), nullable=False),
    Column("shown_as", Text, nullable=False),
    Column("language", Text, nullable=False, server_default="uz-Latn"),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("ends_at", DateTime(timezone=True)),  # from when on it opens nothing; none: until it is closed
    Column("sex", Text, CheckConstraint("sex in ('m', 'f')", "sex")),  # null: nobody wrote it down
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256: a stolen table opens no session
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("proved_at", DateTime(timezone=True)),  # when a second factor was last shown in it
    Column("address", Text, nullable=False, server_default=""),  # for its owner: where it was begun,
    Column("agent", Text, nullable=False, server_default=""),  # and with what
)

audit = Table(  # UPDATE, DELETE and TRUNCATE are refused by a trigger
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("user_id", ForeignKey("users.id")),
    Column("action", Text, nullable=False),  # scope:verb, as in Permission
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger),
    Column("why", Text),
    Column("detail", JSONB, nullable=False, server_default="{}"),
)
Index("ix_audit_subject", audit.c.subject_kind, audit.c.subject_id)
Index("ix_audit_at", audit.c.at, postgresql_using="brin")

missed_lookups = Table(  # 404 of guarded routes: one is a slip, a hundred are a search
    "missed_lookups",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("route", Text, nullable=False),  # its form, never what was asked for
)

feed = Table(  # `seq` is drawn by core.bus under an advisory lock, never by a default
    "feed",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("kind", Text, nullable=False),  # moved | alert | terms | command | platform
    Column("person_id", BigInteger),
    Column("body", JSONB, nullable=False, server_default="{}"),  # ids and codes only
    Column("packed", LargeBinary),  # kind moved: tracking.wire.positions
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("part", Text, primary_key=True),  # ingest | watch
    Column("at", DateTime(timezone=True), nullable=False),
)

blind_times = Table(  # the platform's own absences: silence during them is not blamed on the wearer
    "blind_times",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("part", Text, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
)

training = Table(  # one row where people are made up; set while the database is empty, and never taken off
    "training",
    metadata,
    Column("is_training", Boolean, CheckConstraint("is_training", "one"), primary_key=True),
    Column("marked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

rule_sets = Table(  # the law as it was when something was decided by it (core.statutes)
    "rule_sets",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("statute", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
