"""Accounts, codes sent to telephones, texts that wait to be sent, devices and tokens."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.db import metadata

relatives = Table(
    "relatives",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("phone", LargeBinary, nullable=False),  # sealed
    Column("phone_blind", LargeBinary, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

codes = Table(
    "relative_codes",
    metadata,
    Column("handle", LargeBinary, primary_key=True),  # SHA-256 of what the page holds
    Column("phone", LargeBinary, nullable=False),  # sealed
    Column("phone_blind", LargeBinary, nullable=False),
    Column("code_mac", LargeBinary, nullable=False),  # keyed: six digits are soon tried out
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("tries", SmallInteger, CheckConstraint("tries between 0 and 5", "tries"), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    CheckConstraint("ends_at > made_at", "ends"),
)
Index("ix_relative_codes_phone", codes.c.phone_blind, codes.c.made_at)

texts = Table(  # what waits to be sent to telephones
    "relative_texts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("phone", LargeBinary, nullable=False),  # sealed
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),  # later it is worth nothing
    Column("sent_at", DateTime(timezone=True)),
)
Index("ix_relative_texts_waiting", texts.c.made_at, postgresql_where=texts.c.sent_at.is_(None))

handsets = Table(
    "relative_handsets",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("relative_id", ForeignKey("relatives.id"), nullable=False, index=True),
    Column("client_id", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_why", Text, CheckConstraint("ended_why in ('revoked', 'reused')", "ended_why")),
    CheckConstraint("(ended_at is null) = (ended_why is null)", "ended"),
)

grants = Table(  # authorization codes
    "relative_grants",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("relative_id", ForeignKey("relatives.id"), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("handset_id", ForeignKey("relative_handsets.id")),  # used
)

tokens = Table(
    "relative_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # SHA-256: a stolen table opens nothing
    Column("handset_id", ForeignKey("relative_handsets.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint("kind in ('access', 'refresh')", "kind"), nullable=False),
    Column("parent", LargeBinary),  # the refresh token it came of
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("replaced_at", DateTime(timezone=True)),  # its answer was lost, another was given
)
Index("ix_relative_tokens_parent", tokens.c.parent)
