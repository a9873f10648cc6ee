"""Failures that are remembered, and addresses that an account has used."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, LargeBinary, Table, func

from core.db import metadata

lockouts = Table(
    "lockouts",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # core.lockouts.rules.key
    Column("tries", BigInteger, CheckConstraint("tries >= 0", "tries"), nullable=False),
    Column("opens_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False, index=True),
)

known_addresses = Table(
    "known_addresses",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("address", LargeBinary, primary_key=True),  # a digest
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
