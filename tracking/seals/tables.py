"""Keys of devices, what is demanded of them, how far their chains have come, and what broke them."""

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
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.db import metadata

KINDS = "kind in ('forged', 'unsealed', 'unknown_key', 'replayed', 'reordered', 'missing', 'forked')"

device_keys = Table(  # append-only
    "device_keys",
    metadata,
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("number", SmallInteger, CheckConstraint("number between 1 and 255", "number"), nullable=False),
    Column("entry", BigInteger, Identity(), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),  # core.sealing, compartment `devices`
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("device_id", "number"),
)

device_key_endings = Table(  # append-only; the earliest counts
    "device_key_endings",
    metadata,
    Column("entry", BigInteger, Identity(), primary_key=True),
    Column("device_id", BigInteger, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(
        ("device_id", "number"),
        ("device_keys.device_id", "device_keys.number"),
        name="fk_device_key_endings_device_id",
    ),
)
Index("ix_device_key_endings_device_id", device_key_endings.c.device_id)

device_seal_demands = Table(  # append-only; the newest counts
    "device_seal_demands",
    metadata,
    Column("entry", BigInteger, Identity(), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False, index=True),
    Column("demand", Text, CheckConstraint("demand in ('required', 'optional')", "demand"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

seal_chains = Table(  # of those that do not simply go on; in the transaction that stores what they said
    "seal_chains",
    metadata,
    Column("line", BigInteger, nullable=False),  # tracking.seals.model.Line: a device on one way
    Column("key", SmallInteger, nullable=False),
    Column("spans", JSONB, nullable=False),  # tracking.seals.model.Span, ascending
    PrimaryKeyConstraint("line", "key"),
)

seal_links = Table(  # of a batch, how far the chains that go on have come; until the next checkpoint
    "seal_links",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("shard", Text, nullable=False, index=True),
    Column("packed", LargeBinary, nullable=False),  # tracking.seals.chains.LINK
)

seal_tops = Table(  # the checkpoint: how far every chain of a shard has come
    "seal_tops",
    metadata,
    Column("shard", Text, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

seal_breaks = Table(  # append-only: what the seals told
    "seal_breaks",
    metadata,
    Column("entry", BigInteger, Identity(), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("way", Text, CheckConstraint("way in ('up', 'past')", "way"), nullable=False),
    Column("key", SmallInteger, nullable=False),  # 0: none that the device ever had
    Column("kind", Text, CheckConstraint(KINDS, "kind"), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
    Column("count", Integer, CheckConstraint("count > 0", "count"), nullable=False),
    CheckConstraint("(first is null) = (last is null) and first <= last", "counters"),
)
Index("ix_seal_breaks_device_id", seal_breaks.c.device_id, seal_breaks.c.received_at)
Index("ix_seal_breaks_received_at", seal_breaks.c.received_at)

seal_alarms = Table(  # once a device, kind and local day somebody is asked to look
    "seal_alarms",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("kind", Text, CheckConstraint(KINDS, "kind"), nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, CheckConstraint("count > 0", "count"), nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("device_id", "kind", "day", name="uq_seal_alarms_device_id_kind_day"),
)
