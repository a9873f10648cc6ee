"""What was found in whose hour; once a kind, user and local day."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata

detections = Table(
    "detections",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "kind",
        Text,
        CheckConstraint("kind in ('mass_reading', 'night_export', 'probing', 'guessing', 'glass')", "kind"),
        nullable=False,
    ),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, CheckConstraint("count > 0", "count"), nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("kind", "user_id", "day", name="uq_detections_kind_user_id_day"),
)
