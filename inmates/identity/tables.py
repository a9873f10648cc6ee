"""Identities, version by version, and which files were found to be of one human."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
)

from core.db import metadata

identities = Table(  # append-only: a name or a document that changes is a new version
    "identities",
    metadata,
    Column("person_id", ForeignKey("persons.id"), primary_key=True),
    Column("version", Integer, CheckConstraint("version >= 0", "version"), primary_key=True),
    Column(
        "ground",
        Text,
        CheckConstraint("ground in ('entered', 'changed', 'corrected')", "ground"),
        nullable=False,
    ),
    Column("why", Text, nullable=False, server_default=""),
    Column("surname", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("patronymic", Text, nullable=False),
    Column("surname_cyrl", Text, nullable=False),
    Column("given_name_cyrl", Text, nullable=False),
    Column("patronymic_cyrl", Text, nullable=False),
    Column("sex", Text, CheckConstraint("sex in ('m', 'f')", "sex"), nullable=False),
    Column("born_on", Date, nullable=False),
    Column("birth_place", Text, nullable=False),
    Column(
        "citizenship", Text, CheckConstraint("citizenship ~ '^([A-Z]{2})?$'", "citizenship"), nullable=False
    ),
    Column("pinfl", LargeBinary),  # sealed (core.sealing), and beside it what it is searched by
    Column("pinfl_blind", LargeBinary),
    Column(
        "document_kind",
        Text,
        CheckConstraint(
            "document_kind in ('passport', 'id_card', 'diplomatic', 'birth_certificate', 'foreign')",
            "document_kind",
        ),
    ),
    Column("document", LargeBinary),
    Column("document_blind", LargeBinary),
    Column("pcn", LargeBinary),
    Column("pcn_blind", LargeBinary),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id")),
    CheckConstraint("surname || given_name || surname_cyrl || given_name_cyrl <> ''", "named"),
    CheckConstraint("(pinfl is null) = (pinfl_blind is null)", "pinfl"),
    CheckConstraint(
        "(document is null) = (document_blind is null) and (document is null) = (document_kind is null)",
        "document",
    ),
    CheckConstraint("(pcn is null) = (pcn_blind is null)", "pcn"),
)
for name in ("pinfl_blind", "document_blind", "pcn_blind"):
    Index(f"ix_identities_{name}", identities.c[name], postgresql_where=identities.c[name].is_not(None))

merges = Table(
    "merges",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("survivor_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("absorbed_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    CheckConstraint("survivor_id <> absorbed_id", "two"),
)

merge_undoings = Table(
    "merge_undoings",
    metadata,
    Column("merge_id", ForeignKey("merges.id"), primary_key=True),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
)
