"""Sign-ins under way with other providers, and whose account which identity opens."""

from sqlalchemy import (
    BigInteger,
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

from core.db import metadata

sign_in_flows = Table(  # some minutes, taken once
    "sign_in_flows",
    metadata,
    Column("state", LargeBinary, primary_key=True),  # SHA-256 of what the provider sends back,
    Column("binding", LargeBinary, nullable=False),  # and of the cookie of the browser that began
    Column("provider", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, index=True),
)

sign_in_identities = Table(
    "sign_in_identities",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("provider", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False),  # blind: a number of a human is not kept
    Column("linked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("linked_by", ForeignKey("users.id"), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("ended_at >= linked_at", "ended_at"),
)
Index(
    "uq_sign_in_identities_subject",
    sign_in_identities.c.subject,
    unique=True,
    postgresql_where=sign_in_identities.c.ended_at.is_(None),
)
