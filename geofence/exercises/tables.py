"""Exercises that were asked for, and the scene that the simulator made of each; empty but in training."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Table,
    Text,
)

from core.db import metadata

KINDS = ("night_breach", "dead_battery", "jamming", "open_strap", "indoor_drift")

exercises = Table(  # a trigger refuses them where the database is not marked for training
    "exercises",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, CheckConstraint(f"kind in {KINDS}", "kind"), nullable=False),
    Column("is_surprise", Boolean, nullable=False),
    Column("asked_by", ForeignKey("users.id"), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)

exercise_scenes = Table(
    "exercise_scenes",
    metadata,
    Column("exercise_id", ForeignKey("exercises.id"), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("begins_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("begins_at < ends_at", "order"),
)
