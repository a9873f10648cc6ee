"""Requests for visits and calls, and advice; what was decided is added, never changed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from core.db import metadata
from messaging.relatives.contact.model import BOOKED, ENDS, Decision

visits = Table(
    "visit_requests",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("claim_id", ForeignKey("kin_claims.id"), nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("thing", Text, CheckConstraint(f"thing in {tuple(map(str, BOOKED))}", "thing"), nullable=False),
    Column("wanted_at", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("claim_id", "client_id"),
)

visit_entries = Table(
    "visit_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("visit_id", ForeignKey("visit_requests.id"), nullable=False, index=True),
    Column(
        "decision",
        Text,
        CheckConstraint(f"decision in {tuple(map(str, Decision))}", "decision"),
        nullable=False,
    ),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", ForeignKey("users.id")),
    Column("reason", Text, nullable=False),
    Column("use_id", ForeignKey("entitlement_uses.id"), unique=True),
    CheckConstraint("(decision = 'cancelled') = (by is null)", "by"),
    CheckConstraint(f"(decision in {tuple(map(str, ENDS))}) = (use_id is not null)", "use"),
)

advice = Table(
    "advice",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("claim_id", ForeignKey("kin_claims.id"), nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("question", LargeBinary, nullable=False),  # sealed
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("due_on", Date, nullable=False),
    UniqueConstraint("claim_id", "client_id"),
)

advice_answers = Table(
    "advice_answers",
    metadata,
    Column("advice_id", ForeignKey("advice.id"), primary_key=True, autoincrement=False),
    Column("answer", LargeBinary, nullable=False),  # sealed
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", ForeignKey("users.id"), nullable=False),
)
