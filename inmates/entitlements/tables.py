"""Approved contacts, uses and grants: rows are added, never changed."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.db import metadata

THINGS = "('short_visit', 'long_visit', 'child_visit', 'video_visit', 'call', 'parcel', 'banderol')"
FROM_AFAR = "('call', 'video_visit', 'parcel', 'banderol')"
RELATIONS = "('spouse', 'parent', 'child', 'sibling', 'grandparent', 'other_relative', 'lawyer', 'other')"

contacts = Table(
    "contacts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("name", Text, CheckConstraint("name <> ''", "name"), nullable=False),
    Column("relation", Text, CheckConstraint(f"relation in {RELATIONS}", "relation"), nullable=False),
    Column("approved_by", ForeignKey("users.id"), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, CheckConstraint("until >= since", "until")),
    Column("barred", ARRAY(Text), nullable=False, server_default="{}"),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("id", "person_id"),
)

contact_ends = Table(  # approval withdrawn before its time
    "contact_ends",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, CheckConstraint("reason <> ''", "reason"), nullable=False),
    Column("ended_by", ForeignKey("users.id"), nullable=False),
)

uses = Table(
    "entitlement_uses",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("thing", Text, CheckConstraint(f"thing in {THINGS}", "thing"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column(
        "outcome",
        Text,
        CheckConstraint("outcome in ('kept', 'cancelled', 'no_show')", "outcome"),
        nullable=False,
    ),
    Column("cause", Text, CheckConstraint("cause in ('institution', 'visitor', 'person')", "cause")),
    Column("contact_id", BigInteger),
    Column("rule_set", ForeignKey("rule_sets.digest"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(outcome = 'kept') = (cause is null)", "kept"),
    CheckConstraint(f"contact_id is not null or thing in {FROM_AFAR}", "contact"),
    ForeignKeyConstraint(["contact_id", "person_id"], ["contacts.id", "contacts.person_id"]),
)

use_withdrawals = Table(  # the use was entered by mistake
    "use_withdrawals",
    metadata,
    Column("use_id", ForeignKey("entitlement_uses.id"), primary_key=True),
    Column("reason", Text, CheckConstraint("reason <> ''", "reason"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

grants = Table(
    "entitlement_grants",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("thing", Text, CheckConstraint(f"thing in {THINGS}", "thing"), nullable=False),
    Column("year", Integer, CheckConstraint("year between 1990 and 2200", "year"), nullable=False),
    Column("count", Integer, CheckConstraint("count > 0", "count"), nullable=False),
    Column("ground", Text, CheckConstraint("ground <> ''", "ground"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

grant_withdrawals = Table(
    "grant_withdrawals",
    metadata,
    Column("grant_id", ForeignKey("entitlement_grants.id"), primary_key=True),
    Column("reason", Text, CheckConstraint("reason <> ''", "reason"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
