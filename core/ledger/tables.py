"""The ledger's notes: which columns are covered, the leaves of each stream, inner nodes, signed heads."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.db import metadata

DRAWN = text("('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint")
"""The default of `entry` where the order in which rows came is nobody's business."""

ledger_forms = Table(
    "ledger_forms",
    metadata,
    Column("stream", Text, nullable=False),
    Column("form", SmallInteger, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),  # the key first
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("stream", "form"),
)

ledger_blocks = Table(  # leaves that were sealed together
    "ledger_blocks",
    metadata,
    Column("stream", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),  # the first leaf's place in the tree
    Column("rows", Integer, CheckConstraint("rows > 0", "rows"), nullable=False),
    Column("form", SmallInteger, nullable=False),
    Column("least", BigInteger, nullable=False),  # of the keys
    Column("most", BigInteger, nullable=False),
    Column("keys", LargeBinary, nullable=False),  # eight bytes each, big-endian
    Column("hashes", LargeBinary, nullable=False),  # 32 bytes each
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("stream", "number"),
    UniqueConstraint("stream", "first"),
    CheckConstraint("octet_length(keys) = 8 * rows and octet_length(hashes) = 32 * rows", "sizes"),
)

ledger_nodes = Table(  # complete subtrees of many leaves: a proof need not read them all
    "ledger_nodes",
    metadata,
    Column("stream", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("stream", "level", "index"),
)

ledger_heads = Table(
    "ledger_heads",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, CheckConstraint("octet_length(signature) = 64", "size"), nullable=False),
)
