"""Imports, their rows in sealed chunks, and what became of each row."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    not_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from core.db import metadata

imports = Table(
    "imports",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, CheckConstraint("kind in ('people', 'custody', 'writs')", "kind"), nullable=False),
    Column("digest", Text, CheckConstraint("digest ~ '^[0-9a-f]{64}$'", "digest"), nullable=False),
    Column("name", Text, nullable=False),
    Column("is_trial", Boolean, nullable=False),
    Column("heading", ARRAY(Text), nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Column("stopped", Text, nullable=False, server_default=""),
    CheckConstraint("stopped = '' or ended_at is not null", "stopped"),
)
Index(
    "uq_imports_file",
    imports.c.made_by,
    imports.c.kind,
    imports.c.digest,
    unique=True,
    postgresql_where=not_(imports.c.is_trial),
)
Index("ix_imports_open", imports.c.id, postgresql_where=imports.c.ended_at.is_(None))

import_chunks = Table(
    "import_chunks",
    metadata,
    Column("import_id", ForeignKey("imports.id"), primary_key=True),
    Column("number", Integer, CheckConstraint("number >= 0", "number"), primary_key=True),
    Column("rows", Integer, CheckConstraint("rows > 0", "rows"), nullable=False),
    Column("content", LargeBinary),  # sealed (core.sealing); none: nobody needs it any more
    Column("stored", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("done_at", DateTime(timezone=True)),
    CheckConstraint("stored + held + wrong = case when done_at is null then 0 else rows end", "counted"),
)

import_rows = Table(  # append-only; written with what the row became, in one transaction
    "import_rows",
    metadata,
    Column("import_id", ForeignKey("imports.id"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("state", Text, CheckConstraint("state in ('stored', 'held', 'wrong')", "state"), nullable=False),
    Column("person_id", ForeignKey("persons.id")),
    Column("notes", JSONB, nullable=False),  # codes, columns, file numbers; never what the cell says
    Column("entry", BigInteger, Identity(), nullable=False, unique=True),  # the ledger's order
    CheckConstraint("state = 'stored' or notes <> '[]'", "notes"),
)
Index(
    "ix_import_rows_said",
    import_rows.c.import_id,
    import_rows.c.row,
    postgresql_where=text("notes <> '[]'"),
)
