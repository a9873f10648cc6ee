"""Calls, the codes and passes that let somebody in, and what happened: no column could hold what was said."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Table,
    Text,
    func,
)

from core.db import metadata
from core.seats import Party
from inmates.entitlements.model import Thing
from messaging.calls.model import EventKind, Kind

PARTIES = tuple(map(str, Party))
THINGS = (str(Thing.CALL), str(Thing.VIDEO_VISIT))

calls = Table(
    "calls",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, CheckConstraint(f"kind in {tuple(map(str, Kind))}", "kind"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("begins_at", DateTime(timezone=True), nullable=False, index=True),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("visit_id", ForeignKey("visit_requests.id"), unique=True),
    Column("thing", Text, CheckConstraint(f"thing in {THINGS}", "thing")),
    Column("lawyer", ForeignKey("users.id"), index=True),
    Column("warrant", Text, nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("begins_at < ends_at", "order"),
    CheckConstraint("(kind = 'kin') = (visit_id is not null and thing is not null)", "kin"),
    CheckConstraint("(kind = 'legal') = (lawyer is not null and warrant <> '')", "legal"),
)

call_codes = Table(  # typed at the kiosk, once
    "call_codes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    Column("blind", LargeBinary, nullable=False, unique=True),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

call_passes = Table(
    "call_passes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    Column("party", Text, CheckConstraint(f"party in {PARTIES}", "party"), nullable=False),
    Column("blind", LargeBinary, nullable=False, unique=True),
    Column("code_id", ForeignKey("call_codes.id"), unique=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(party = 'inside') = (code_id is not null)", "code"),
)

call_events = Table(
    "call_events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("call_id", ForeignKey("calls.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint(f"kind in {tuple(map(str, EventKind))}", "kind"), nullable=False),
    Column("party", Text, CheckConstraint(f"party in {PARTIES}", "party")),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", ForeignKey("users.id")),
    CheckConstraint("(party is null) = (kind in ('ended', 'cancelled'))", "staff"),
    CheckConstraint("(party is null) = (by is not null)", "by"),
)
