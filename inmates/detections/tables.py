"""What was found in whose hour; once a kind, user, person and local day."""

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
        CheckConstraint(
            "kind in ('mass_reading', 'night_export', 'probing', 'guessing', 'glass',"
            " 'kin', 'namesake', 'renown', 'crowd', 'travel', 'strange_network')",
            "kind",
        ),
        nullable=False,
    ),
    Column("user_id", ForeignKey("users.id")),  # none: it is about several
    Column("day", Date, nullable=False),
    Column("count", Integer, CheckConstraint("count > 0", "count"), nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("person_id", ForeignKey("persons.id")),
    CheckConstraint("(user_id is null) = (kind = 'crowd')", "user"),
    CheckConstraint("(person_id is not null) = (kind in ('kin', 'namesake', 'renown', 'crowd'))", "person"),
    UniqueConstraint("kind", "user_id", "person_id", "day", postgresql_nulls_not_distinct=True),
)
