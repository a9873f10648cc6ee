"""That somebody explained an alert, and by which rules in time; the words stand in its entries."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Table, func

from core.db import metadata

excuses = Table(  # append-only
    "excuses",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, unique=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("given_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("rule_set", ForeignKey("rule_sets.digest"), nullable=False),
    CheckConstraint("given_at < due_at", "in_time"),
)
