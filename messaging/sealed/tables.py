"""Boxes: public keys, letters nobody here can read, protocols of openings; nothing is ever changed."""

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from core.db import metadata
from core.ledger.tables import DRAWN
from messaging.sealed.model import BoxKind
from messaging.sealed.rules import FILES, MESSAGES

KINDS = tuple(str(kind) for kind in BoxKind)
LAWYERS = "(box = 'lawyer') = (holder is not null)"

addressee_keys = Table(
    "addressee_keys",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("box", Text, CheckConstraint(f"box in {KINDS}", "box"), nullable=False),
    Column("holder", ForeignKey("users.id")),
    Column("sealing", LargeBinary, nullable=False),
    Column("signing", LargeBinary, nullable=False),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("signed", Text, nullable=False),
    Column("endorsement", Text),
    Column("ceremony", Text, CheckConstraint("ceremony <> ''", "ceremony"), nullable=False),
    Column("registered_by", ForeignKey("users.id"), nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(LAWYERS, "holder"),
    CheckConstraint("valid_from < valid_to and valid_to <= valid_from + 732", "term"),
    CheckConstraint("octet_length(sealing) = 32 and octet_length(signing) = 32", "bytes"),
)

sealed_letters = Table(  # no sender, no title, no hour; the id is drawn; out of the ledger, which has hours
    "sealed_letters",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", ForeignKey("sealed_receipts.number"), nullable=False, unique=True),
    Column("box", Text, CheckConstraint(f"box in {KINDS}", "box"), nullable=False),
    Column("holder", ForeignKey("users.id")),
    Column("key_id", ForeignKey("addressee_keys.id"), nullable=False),
    Column("received_on", Date, nullable=False, index=True),
    Column("due_on", Date, nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    Column("bucket", Integer, CheckConstraint(f"bucket in {MESSAGES}", "bucket"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("message", LargeBinary, nullable=False),
    CheckConstraint(LAWYERS, "holder"),
    CheckConstraint("octet_length(message) = bucket + 48", "message"),
)
Index("ix_sealed_letters_box", sealed_letters.c.box, sealed_letters.c.holder, sealed_letters.c.id)

sealed_files = Table(
    "sealed_files",
    metadata,
    Column("letter_id", ForeignKey("sealed_letters.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("bucket", Integer, CheckConstraint(f"bucket in {FILES}", "bucket"), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False, unique=True, server_default=DRAWN),  # tells no order
    CheckConstraint("octet_length(content) > bucket", "content"),
)

box_openings = Table(
    "box_openings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("box", Text, CheckConstraint(f"box in {KINDS}", "box"), nullable=False),
    Column("holder", ForeignKey("users.id")),
    Column("position", Integer, CheckConstraint("position > 0", "position"), nullable=False),
    Column("signed", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("posted_by", ForeignKey("users.id"), nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("box", "holder", "position", postgresql_nulls_not_distinct=True),
    CheckConstraint(LAWYERS, "holder"),
)

opened_letters = Table(  # a letter is taken out once
    "opened_letters",
    metadata,
    Column("letter_id", ForeignKey("sealed_letters.id"), primary_key=True),
    Column("opening_id", ForeignKey("box_openings.id"), nullable=False, index=True),
)

sealed_answers = Table(
    "sealed_answers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("letter_id", ForeignKey("sealed_letters.id"), nullable=False, index=True),
    Column("answered_on", Date, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("posted_by", ForeignKey("users.id"), nullable=False),
)
