"""Papers and their signatures: append-only, under the ledger. What names a human lies sealed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.db import metadata

signed_papers = Table(  # the bytes that were signed; one a decision
    "signed_papers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, CheckConstraint("kind ~ '^[a-z_]+$'", "kind"), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("sha256", LargeBinary, CheckConstraint("octet_length(sha256) = 32", "sha256"), nullable=False),
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("kind", "subject_id"),
)

signature_grounds = Table(  # authorities and lists that decided, each kept once
    "signature_grounds",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, CheckConstraint("kind in ('authority', 'list')", "kind"), nullable=False),
    Column("sha256", LargeBinary, CheckConstraint("octet_length(sha256) = 32", "sha256"), nullable=False),
    Column("content", LargeBinary, nullable=False),  # DER
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("sha256"),
)

paper_signatures = Table(
    "paper_signatures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("paper_id", ForeignKey("signed_papers.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("pkcs7", LargeBinary, nullable=False),  # sealed: it holds a PINFL
    Column("name", LargeBinary, nullable=False),  # sealed
    Column("certificate", Text, CheckConstraint("certificate <> ''", "certificate"), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("checked_by", Text, CheckConstraint("checked_by in ('here', 'server')", "by"), nullable=False),
    Column("grounds", ARRAY(BigInteger), nullable=False),
    CheckConstraint("(checked_by = 'here') = (cardinality(grounds) > 0)", "grounds"),
    UniqueConstraint("paper_id", "user_id"),
)

hand_signatures = Table(  # on the printed paper: the word of who decided
    "hand_signatures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, CheckConstraint("kind ~ '^[a-z_]+$'", "kind"), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("place", Text, CheckConstraint("place <> ''", "place"), nullable=False),  # where the paper lies
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("kind", "subject_id", "user_id"),
)
