"""The psychologists' rows: screens and notes are sealed; who signed which wording of a screen is not."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata

screenings = Table(
    "psychology_screenings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("result", LargeBinary, nullable=False),  # the screen's name, too: which one was taken says much
)

notes = Table(  # a correction names what it replaces
    "psychology_notes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("replaces", BigInteger, unique=True),
    UniqueConstraint("id", "person_id"),
    ForeignKeyConstraint(("replaces", "person_id"), ("psychology_notes.id", "psychology_notes.person_id")),
)

signatures = Table(  # a psychologist vouches for a wording, named by its digest: another wording has none
    "screen_signatures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("screen", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("signed_by", ForeignKey("users.id"), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("screen", "language", "digest"),
)
