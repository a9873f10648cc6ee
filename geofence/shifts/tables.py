"""Sheets of shifts and their signatures: both append-only."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from core.db import metadata

shift_sheets = Table(  # what an officer hands over at the end of a shift, frozen; append-only
    "shift_sheets",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outgoing", ForeignKey("users.id"), nullable=False, index=True),
    Column("incoming", ForeignKey("users.id"), nullable=False, index=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("content", JSONB, nullable=False),
    CheckConstraint("outgoing <> incoming", "two"),
    CheckConstraint("since <= made_at", "order"),
)

shift_signatures = Table(  # the incoming officer has taken it over
    "shift_signatures",
    metadata,
    Column("sheet_id", ForeignKey("shift_sheets.id"), primary_key=True, autoincrement=False),
    Column("signed_by", ForeignKey("users.id"), nullable=False, index=True),
    Column("signed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
