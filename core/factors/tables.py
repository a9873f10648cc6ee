"""Secrets of codes, passkeys, recovery codes, challenges, and which roles must have a second factor."""

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

from core.db import metadata
from core.tables import ROLES

totp_secrets = Table(
    "totp_secrets",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # core.sealing, compartment `factors`
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
)
Index(
    "uq_totp_secrets_confirmed",
    totp_secrets.c.user_id,
    unique=True,
    postgresql_where=totp_secrets.c.confirmed_at.is_not(None),
)
Index(
    "uq_totp_secrets_draft",
    totp_secrets.c.user_id,
    unique=True,
    postgresql_where=totp_secrets.c.confirmed_at.is_(None),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("site", Text, nullable=False),  # the host it was made for: it answers no other
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("name", Text, CheckConstraint("name <> ''", "name"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("used_at", DateTime(timezone=True)),
)

passkey_challenges = Table(  # one a session, taken once
    "passkey_challenges",
    metadata,
    Column("session", ForeignKey("sessions.token_hash", ondelete="CASCADE"), primary_key=True),
    Column("challenge", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("used_at", DateTime(timezone=True)),
)

factor_demands = Table(  # the newest row of a role counts
    "factor_demands",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("role", Text, CheckConstraint(f"role in {ROLES}", "role"), nullable=False),
    Column("is_demanded", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("by_user", ForeignKey("users.id")),  # null: from the command line
)
Index("ix_factor_demands_role", factor_demands.c.role, factor_demands.c.id)
