"""Receipts as they were given: never changed, and without the codes that open them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    LargeBinary,
    Table,
    Text,
)

from core.db import metadata
from core.ledger.tables import DRAWN

receipts = Table(
    "receipts",
    metadata,
    Column("number", Text, CheckConstraint("number <> ''", "number"), primary_key=True),
    Column("code_hash", Text, nullable=False),
    Column("content", LargeBinary, CheckConstraint("octet_length(content) = 32", "content"), nullable=False),
    Column("regime", Text, nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("registered_at", DateTime(timezone=True)),
    Column("due_on", Date, CheckConstraint("due_on >= registered_on", "due_on"), nullable=False),
    Column("key_id", Text, nullable=False),
    Column("entry", BigInteger, nullable=False, unique=True, server_default=DRAWN),  # tells no order
)

sealed_receipts = Table(  # apart, and out of the ledger, whose blocks have hours: these have a day
    "sealed_receipts",
    metadata,
    Column("number", Text, CheckConstraint("number <> ''", "number"), primary_key=True),
    Column(
        "token_hash",
        LargeBinary,
        CheckConstraint("octet_length(token_hash) = 32", "token_hash"),
        nullable=False,
    ),
    Column("content", LargeBinary, CheckConstraint("octet_length(content) = 32", "content"), nullable=False),
    Column("regime", Text, nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("due_on", Date, CheckConstraint("due_on >= registered_on", "due_on"), nullable=False),
    Column("key_id", Text, nullable=False),
)
