"""Devices, who wears them, and what they report. Fixes are partitioned by the day they were taken."""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
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
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

from core.db import metadata

devices = Table(
    "devices",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("serial", Text, nullable=False, unique=True),  # its name in topics; owntracks: user/device
    Column("model", Text, nullable=False),
    Column(
        "protocol", Text, CheckConstraint("protocol in ('ejazo', 'owntracks')", "protocol"), nullable=False
    ),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lot", Text, index=True),  # as the maker names the batch it came from
)

firmwares = Table(  # which program ran on a device when; none: nobody wrote it down
    "firmwares",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("version", Text, nullable=False, index=True),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    ExcludeConstraint(("device_id", "="), ("during", "&&"), name="ex_firmwares_during"),
)

wearings = Table(  # a device is on one person at a time
    "wearings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("order_id", BigInteger, index=True),  # none: worn by consent; a trigger keeps it within the order
    ForeignKeyConstraint(("order_id", "person_id"), ("orders.id", "orders.person_id")),
    ExcludeConstraint(("device_id", "="), ("during", "&&"), name="ex_wearings_during"),
)

# One partition a day, made ahead by tracking.store.keep_partitions; a day that is over becomes a file.
# The wide columns come first, so that none is padded (docs/storage.md).
fixes = Table(
    "fixes",
    metadata,
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("sequence", BigInteger, nullable=False),  # up to 2^32 - 1
    Column("device_id", Integer, nullable=False),
    Column("person_id", Integer, nullable=False),
    Column("accuracy_m", REAL),  # 68 %; null = unknown, never perfect
    Column("speed_mps", REAL),
    Column("course_deg", REAL),
    Column("hdop", REAL),
    Column("satellites", SmallInteger),
    Column("battery", SmallInteger),  # percent
    Column("mechanism", SmallInteger, nullable=False),  # tracking.model.Mechanism
    Column("flags", SmallInteger, nullable=False),  # tracking.model.Flag
    PrimaryKeyConstraint("device_id", "taken_at", "sequence"),
    postgresql_partition_by="RANGE (taken_at)",
)
Index("ix_fixes_received_at", fixes.c.received_at, postgresql_using="brin")

archived_days = Table(  # the files that hold the days that left `fixes`
    "archived_days",
    metadata,
    Column("day", Date, nullable=False),
    Column("number", SmallInteger, nullable=False),  # a big day has several files
    Column("rows", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the rows' canonical bytes in the order of the key
    Column("file", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("first_device", BigInteger, nullable=False),
    Column("last_device", BigInteger, nullable=False),
    Column("source", BigInteger, nullable=False),  # the oid of the table it was copied from
    Column("archived_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("day", "number"),
)

fix_windows = Table(  # what was received in a time, of one day's fixes: append-only, and so in the ledger
    "fix_windows",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("day", Date, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("rows", BigInteger, CheckConstraint("rows > 0", "rows"), nullable=False),
    Column("digest", LargeBinary, CheckConstraint("octet_length(digest) = 32", "digest"), nullable=False),
    CheckConstraint("since < until", "period"),
    ExcludeConstraint(("day", "="), (text("tstzrange(since, until)"), "&&"), name="ex_fix_windows_period"),
)

fix_window_aids = Table(  # helps to name the row where a window is broken; proves nothing
    "fix_window_aids",
    metadata,
    Column("window_id", ForeignKey("fix_windows.id"), primary_key=True),
    Column("aid", LargeBinary, nullable=False),  # tracking.aids
)

fix_seal = Table(  # up to which moment of receipt fixes are sealed: one row
    "fix_seal",
    metadata,
    Column("is_only", Boolean, CheckConstraint("is_only", "only"), primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False),
)

device_events = Table(
    "device_events",
    metadata,
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),  # tracking.model.EventKind
    Column("value", Integer),
    PrimaryKeyConstraint("device_id", "sequence"),
)
Index("ix_device_events_received_at", device_events.c.received_at, postgresql_using="brin")
Index("ix_device_events_person", device_events.c.person_id, device_events.c.taken_at)

rejected = Table(
    "rejected",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("topic", Text, nullable=False),
    Column("reason", Text, nullable=False),  # tracking.model.Reason
    Column("raw", LargeBinary),  # null where no order covers the moment: then nothing may be kept
)
Index("ix_rejected_received_at", rejected.c.received_at)

dropped = Table(  # what devices sent though nobody wore them: how much, never what
    "dropped",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("reports", BigInteger, CheckConstraint("reports > 0", "reports"), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)

marks = Table(  # which sequences of a device are stored: a checkpoint, rolled forward after a crash
    "marks",
    metadata,
    Column("device_id", ForeignKey("devices.id"), primary_key=True),
    Column("stored", JSONB, nullable=False),  # [[first, last], …] ascending, disjoint, not adjacent
    Column("contact_at", DateTime(timezone=True), nullable=False),
)

mark_rounds = Table(  # everything that a shard received before is in its marks
    "mark_rounds",
    metadata,
    Column("shards", Integer, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("shards", "shard"),
    CheckConstraint("shard >= 0 and shard < shards", "shard"),
)

commands = Table(
    "commands",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('vibrate', 'text', 'interval', 'request_fix', 'pursuit')", "kind"),
        nullable=False,
    ),
    Column("body", JSONB, nullable=False, server_default="{}"),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True)),  # the device's receipt
    Column("done_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),  # then no device carries it out; none: after a day
    Column("expired_at", DateTime(timezone=True)),  # nobody had answered by then
    Index(
        "ix_commands_unanswered",
        "made_at",
        postgresql_where=text("received_at is null and done_at is null and expired_at is null"),
    ),
)

command_steps = Table(  # append-only: what became of a command, every sending included
    "command_steps",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("command_id", ForeignKey("commands.id"), nullable=False, index=True),
    Column(
        "step",
        Text,
        CheckConstraint("step in ('queued', 'sent', 'received', 'done', 'expired')", "step"),
        nullable=False,
    ),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
