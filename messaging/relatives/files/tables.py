"""Which upload is attached to what."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Table

from core.db import metadata

attached = Table(
    "attached_files",
    metadata,
    Column("upload_id", ForeignKey("uploads.id"), primary_key=True, autoincrement=False),
    Column("appeal_id", ForeignKey("appeals.id"), index=True),
    Column("claim_id", ForeignKey("kin_claims.id"), index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("num_nonnulls(appeal_id, claim_id) = 1", "one"),
)
