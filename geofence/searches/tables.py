"""Searches by place and time, and whom they named: both append-only."""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
)

from core.db import metadata

place_searches = Table(
    "place_searches",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("made_by", ForeignKey("users.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("radius_m", REAL, CheckConstraint("radius_m > 0", "radius_m"), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("order_number", Text, CheckConstraint("order_number <> ''", "order_number"), nullable=False),
    Column("reason", Text, CheckConstraint("reason <> ''", "reason"), nullable=False),
    Column("least", REAL, nullable=False),
    Column("policy", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("found", Integer, CheckConstraint("found >= 0", "found"), nullable=False),
    CheckConstraint("since < until", "period"),
)

place_search_hits = Table(
    "place_search_hits",
    metadata,
    Column("entry", BigInteger, Identity(), unique=True),
    Column("search_id", ForeignKey("place_searches.id"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("distance_m", Double, nullable=False),
    Column("accuracy_m", Double, nullable=False),
    Column("is_assumed", Boolean, nullable=False),
    Column("confidence", Double, CheckConstraint("confidence between 0 and 1", "confidence"), nullable=False),
    Column("fixes", Integer, nullable=False),
    Column("first_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("search_id", "person_id", "device_id"),
)
