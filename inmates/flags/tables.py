"""Flags with their signed contributions, decisions of humans, effects that need one, and what people said."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.db import metadata

INPUTS = (  # inmates.flags.model.Input: nothing else can be written down as a reason
    "sanctions",
    "incidents",
    "incentives",
    "lessons_missed",
    "lessons_attended",
    "alerts",
    "visits_lost",
    "screen_contact",
)
EFFECTS = ("talk", "psychologist", "lessons", "family")

flag_models = Table(  # as they were when they were used
    "flag_models",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_calibrated", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("entry", BigInteger, Identity(), nullable=False, unique=True),  # the ledger's order
)

flags = Table(  # a trigger compares the score with the sum of the contributions before a transaction ends
    "flags",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("digest", ForeignKey("flag_models.digest"), nullable=False),
    Column("evaluated_on", Date, nullable=False),
    Column("score", Integer, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column(
        "coverage", SmallInteger, CheckConstraint("coverage between 0 and 100", "coverage"), nullable=False
    ),
    Column("missing", ARRAY(Text), nullable=False),
    Column("lowers", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", ForeignKey("users.id")),  # null: the platform
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("score >= threshold", "score"),
    CheckConstraint("expires_at > made_at and expires_at <= made_at + interval '91 days'", "expires_at"),
)

flag_contributions = Table(
    "flag_contributions",
    metadata,
    Column("flag_id", ForeignKey("flags.id"), primary_key=True),
    Column("input", Text, CheckConstraint(f"input in {INPUTS}", "input"), primary_key=True),
    Column("points", Integer, nullable=False),
    Column("each", Integer, nullable=False),
    Column("counted", Integer, CheckConstraint("counted >= 0", "counted"), nullable=False),
    Column("days", ARRAY(Date), nullable=False),
    Column("entry", BigInteger, Identity(), nullable=False, unique=True),  # the ledger's order
    CheckConstraint("points = each * counted and counted <= cardinality(days)", "points"),
)

flag_decisions = Table(  # by a human with a reason, once; a trigger refuses the accounts of programs
    "flag_decisions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("flag_id", ForeignKey("flags.id"), nullable=False, unique=True),
    Column("agrees", Boolean, nullable=False),
    Column("reason", Text, CheckConstraint("btrim(reason) <> ''", "reason"), nullable=False),
    Column("seconds", Integer, CheckConstraint("seconds >= 0", "seconds")),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decided_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("id", "flag_id", "agrees"),
)

flag_effects = Table(  # no effect without a decision about this flag that agrees
    "flag_effects",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("flag_id", BigInteger, nullable=False),
    Column("decision_id", BigInteger, nullable=False),
    Column("agrees", Boolean, CheckConstraint("agrees", "agrees"), nullable=False, server_default="true"),
    Column("kind", Text, CheckConstraint(f"kind in {EFFECTS}", "kind"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("flag_id", "kind"),
    ForeignKeyConstraint(
        ("decision_id", "flag_id", "agrees"),
        ("flag_decisions.id", "flag_decisions.flag_id", "flag_decisions.agrees"),
    ),
)

flag_contests = Table(
    "flag_contests",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("flag_id", ForeignKey("flags.id"), nullable=False, index=True),
    Column("words", Text, CheckConstraint("btrim(words) <> ''", "words"), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("recorded_by", ForeignKey("users.id"), nullable=False),
)
