"""Facts about sentences, only ever added, and computations that decided something."""

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
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core.db import metadata

sentence_facts = Table(
    "sentence_facts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind in ('judgment', 'merging', 'held', 'revision', 'replacement', 'reduction', 'reading',"
            " 'interruption', 'refused', 'annulment')",
            "kind",
        ),
        nullable=False,
    ),
    Column("replaces", BigInteger),
    Column("body", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("id", "person_id"),
    UniqueConstraint("replaces"),  # a fact is corrected once; the correction is corrected next
    ForeignKeyConstraint(["replaces", "person_id"], ["sentence_facts.id", "sentence_facts.person_id"]),
    CheckConstraint("replaces < id", "earlier"),
    CheckConstraint("kind <> 'annulment' or replaces is not null", "annulment"),
    CheckConstraint(  # no sentence and no change of one without an act
        "kind not in ('judgment', 'merging', 'revision', 'replacement', 'reduction')"
        " or coalesce(body ->> 'act_number', '') <> ''",
        "act",
    ),
    CheckConstraint("(body ->> 'since') <= (body ->> 'until')", "period"),
)
Index("ix_sentence_facts_person_id", sentence_facts.c.person_id, sentence_facts.c.id)

sentence_computations = Table(
    "sentence_computations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column(
        "purpose",
        Text,
        CheckConstraint("purpose in ('release', 'early_release', 'mitigation', 'certificate')", "purpose"),
        nullable=False,
    ),
    Column("reference", Text, CheckConstraint("reference <> ''", "reference"), nullable=False),
    Column("facts", ARRAY(BigInteger), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("rules_digest", ForeignKey("rule_sets.digest"), nullable=False),
    Column("then_digest", ForeignKey("rule_sets.digest"), nullable=False),
    Column("calendar_digest", ForeignKey("rule_sets.digest"), nullable=False),
    Column("result", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("id", "person_id"),
)
Index("ix_sentence_computations_person_id", sentence_computations.c.person_id, sentence_computations.c.id)
