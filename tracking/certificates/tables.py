"""Which certificates were issued to which device, and which were revoked; the keys are the devices' alone."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    Table,
    Text,
    func,
)

from core.db import metadata

device_certificates = Table(
    "device_certificates",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("number", Numeric(50, 0), nullable=False, unique=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("ends_at > issued_at", "ends_at"),
)
Index("ix_device_certificates_device_id", device_certificates.c.device_id)

certificate_revocations = Table(
    "certificate_revocations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("number", ForeignKey("device_certificates.number"), nullable=False, unique=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
)
