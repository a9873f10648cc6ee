"""Claims of identity and kinship, and what was entered about them; nothing of it is changed later."""

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
    Uuid,
    func,
)

from core.db import metadata
from messaging.relatives.kinship.model import EntryKind, Relation

identities = Table(
    "relative_identities",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("relative_id", ForeignKey("relatives.id"), nullable=False, index=True),
    Column("said", LargeBinary, nullable=False),  # sealed
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

claims = Table(
    "kin_claims",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("relative_id", ForeignKey("relatives.id"), nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column(
        "relation",
        Text,
        CheckConstraint(f"relation in {tuple(map(str, Relation))}", "relation"),
        nullable=False,
    ),
    Column("said", LargeBinary, nullable=False),  # sealed
    Column("person_id", ForeignKey("persons.id"), index=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rule_set", ForeignKey("rule_sets.digest"), nullable=False),
    UniqueConstraint("relative_id", "client_id"),
)

listings = Table(  # as which approved contact of the person a relative comes; the newest counts
    "kin_listings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("claim_id", ForeignKey("kin_claims.id"), nullable=False, index=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", ForeignKey("users.id"), nullable=False),
)

entries = Table(
    "kin_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("claim_id", ForeignKey("kin_claims.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint(f"kind in {tuple(map(str, EntryKind))}", "kind"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", ForeignKey("users.id"), nullable=False),
    Column("reason", Text, CheckConstraint("reason <> ''", "reason"), nullable=False),
    Column("until", Date),
    CheckConstraint("(kind = 'approved') = (until is not null)", "until"),
)
