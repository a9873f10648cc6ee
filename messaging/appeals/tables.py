"""The register: heads and entries are added and never changed; standings are folded from them."""

from collections.abc import Iterable

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
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from core.db import metadata
from messaging.appeals.model import (
    SEALED,
    ApplicantKind,
    Channel,
    Desk,
    Form,
    Kind,
    Regime,
    Side,
    State,
    Topic,
)

OPEN = [one for one in Channel if one not in SEALED]


def _one_of(name: str, values: Iterable[str]) -> CheckConstraint:
    return CheckConstraint(f"{name} in {tuple(str(one) for one in values)}", name)


appeal_serials = Table(  # the last number drawn; whoever draws holds it until the end: no gaps
    "appeal_serials",
    metadata,
    Column("region", Text, CheckConstraint("region ~ '^[0-9]{4}$'", "region"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column(
        "number",
        Text,
        CheckConstraint("number ~ '^M-[0-9]{4}-[0-9]{4}-[0-9]{6,}$'", "number"),
        nullable=False,
        unique=True,
    ),
    Column(
        "client_id",
        Uuid,
        CheckConstraint("substr(client_id::text, 15, 1) = '7'", "client_id"),
        nullable=False,
        unique=True,
    ),
    Column("kind", Text, _one_of("kind", Kind), nullable=False),
    Column("form", Text, _one_of("form", Form), nullable=False),
    Column("channel", Text, _one_of("channel", OPEN), nullable=False),
    Column("regime", Text, _one_of("regime", Regime), nullable=False),
    Column("topic", Text, _one_of("topic", Topic), nullable=False),
    Column("subject", Text, CheckConstraint("subject is not null and subject <> ''", "subject")),
    Column("body", Text, CheckConstraint("body <> ''", "body")),
    Column("voice_sha256", Text, CheckConstraint("voice_sha256 ~ '^[0-9a-f]{64}$'", "voice_sha256")),
    Column("applicant", Text, _one_of("applicant", ApplicantKind), nullable=False),
    Column("applicant_person_id", ForeignKey("persons.id")),
    Column("account_id", BigInteger, index=True),  # a relative's; that topic makes the table
    Column("applicant_name", Text),
    Column("applicant_address", Text),
    Column("person_id", ForeignKey("persons.id"), index=True),  # whose file it belongs to
    Column("is_danger", Boolean, nullable=False),
    Column("language", Text),
    Column(
        "content_sha256",
        Text,
        CheckConstraint("content_sha256 ~ '^[0-9a-f]{64}$'", "content_sha256"),
        nullable=False,
    ),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("client_created_at", DateTime(timezone=True)),
    Column("repeats_id", ForeignKey("appeals.id")),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    Column("found_by", TSVECTOR, nullable=False),  # folded words of number, subject, body and name
    CheckConstraint("num_nonnulls(body, voice_sha256) = 1", "words"),
    CheckConstraint(
        "(applicant = 'person') = (applicant_person_id is not null)"
        " and (applicant = 'account') = (account_id is not null)"
        " and (applicant <> 'outsider' or applicant_name is not null)"
        " and (applicant <> 'anonymous' or num_nonnulls(applicant_name, applicant_address) = 0)",
        "who",
    ),
)

Index("ix_appeals_found_by", appeals.c.found_by, postgresql_using="gin")

appeal_entries = Table(
    "appeal_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("appeal_id", ForeignKey("appeals.id"), nullable=False),
    Column("position", Integer, CheckConstraint("position > 0", "position"), nullable=False),
    Column("command", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("side", Text, _one_of("side", Side), nullable=False),
    Column("by", ForeignKey("users.id")),
    Column("is_visible", Boolean, nullable=False),
    Column("said", JSONB, nullable=False),
    UniqueConstraint("appeal_id", "position"),
    CheckConstraint("side <> 'staff' or by is not null", "by"),
)
Index(  # one extension, whatever the code says
    "uq_appeal_entries_extended",
    appeal_entries.c.appeal_id,
    unique=True,
    postgresql_where=appeal_entries.c.command == "extend",
)
Index(  # what ends one in writing is a paper that waits for a signature
    "ix_appeal_entries_ended_by",
    appeal_entries.c.by,
    postgresql_where=appeal_entries.c.command.in_(("answer", "answer_joined", "leave")),
)

appeal_standings = Table(  # folded from the entries in the transaction that adds one
    "appeal_standings",
    metadata,
    Column("appeal_id", ForeignKey("appeals.id"), primary_key=True, autoincrement=False),
    Column("state", Text, _one_of("state", State), nullable=False),
    Column("desk", Text, _one_of("desk", Desk), nullable=False),
    Column("institution_id", ForeignKey("institutions.id"), index=True),
    Column("handler_id", ForeignKey("users.id")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("is_danger", Boolean, nullable=False),
    Column("joined_to", ForeignKey("appeals.id"), index=True),
    Column("ended_at", DateTime(timezone=True)),
    Column("rung_at", DateTime(timezone=True)),  # when the ladder has its next step; null: no more
    Column("entries", Integer, nullable=False),
)
Index(
    "ix_appeal_standings_live",
    appeal_standings.c.due_at,
    appeal_standings.c.appeal_id,
    postgresql_where=appeal_standings.c.ended_at.is_(None),
)

Index(
    "ix_appeal_standings_rung_at",
    appeal_standings.c.rung_at,
    postgresql_where=appeal_standings.c.rung_at.is_not(None),
)

appeal_notices = Table(  # queued in the transaction of the entry; delivered by others
    "appeal_notices",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("appeal_id", ForeignKey("appeals.id"), nullable=False, index=True),
    Column("template", Text, nullable=False),
    Column(
        "audience",
        Text,
        CheckConstraint("audience in ('applicant', 'handler', 'role')", "audience"),
        nullable=False,
    ),
    Column("user_id", ForeignKey("users.id"), index=True),
    Column("role", Text),
    Column("made_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "(audience = 'handler') = (user_id is not null) and (audience = 'role') = (role is not null)", "whom"
    ),
)
