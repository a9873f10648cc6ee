"""Drafts of orders, obligations and their checks, fittings, proposed measures, releases: facts are added."""

from enum import StrEnum

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from core.db import metadata
from inmates.model import OrderKind
from inmates.supervision.kinds import (
    BodyPart,
    CheckOutcome,
    CircumstanceKind,
    Decision,
    Ground,
    MeasureKind,
    ObligationKind,
    ReleaseGround,
    ViolationKind,
)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", column)


def said(name: str) -> Column[str]:
    """A text that says something."""
    return Column(name, Text, CheckConstraint(f"{name} <> ''", name), nullable=False)


def by() -> Column[int]:
    return Column("made_by", ForeignKey("users.id"), nullable=False)


def at() -> Column[object]:
    return Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now())


order_drafts = Table(  # what a court decided, before it binds; activation makes the order
    "order_drafts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, one_of("kind", OrderKind), nullable=False),
    Column("court", Text, nullable=False),
    Column("act_number", Text, CheckConstraint("act_number <> ''", "act_number")),
    Column("act_on", Date),
    Column("begins_at", DateTime(timezone=True), nullable=False),
    Column("last_day", Date, nullable=False),
    Column("ruled_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    by(),
    at(),
    Column("order_id", ForeignKey("orders.id"), unique=True),
    Column("activated_by", ForeignKey("users.id")),
    Column("activated_at", DateTime(timezone=True)),
    Column("rule_set", ForeignKey("rule_sets.digest")),
    CheckConstraint(
        "(order_id is null) = (activated_at is null) and (order_id is null) = (activated_by is null)"
        " and (order_id is null) = (rule_set is null)"
        " and (order_id is null or act_number is not null and act_on is not null)",
        "activated",
    ),
)

order_assignments = Table(  # who answers for an order; the last one holds
    "order_assignments",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    said("act_number"),
    by(),
    at(),
)

obligations = Table(  # immutable but for the end of `during`: a revision closes one row and opens the next
    "obligations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("kind", Text, one_of("kind", ObligationKind), nullable=False),
    said("words"),
    Column("a_month", SmallInteger, CheckConstraint("a_month between 1 and 31", "a_month")),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    said("act_number"),
    by(),
    at(),
    UniqueConstraint("order_id", "number", "version"),
    ExcludeConstraint(("order_id", "="), ("number", "="), ("during", "&&"), name="ex_obligations_during"),
    CheckConstraint("(kind = 'registration') = (a_month is not null)", "registrations"),
)

obligation_checks = Table(  # append-only
    "obligation_checks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("obligation_id", ForeignKey("obligations.id"), nullable=False, index=True),
    Column("on_date", Date, nullable=False),
    Column("outcome", Text, one_of("outcome", CheckOutcome), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    by(),
    at(),
)

fitting_circumstances = Table(  # append-only: a correction is a new row that names what it replaces
    "fitting_circumstances",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, one_of("kind", CircumstanceKind), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, CheckConstraint("until > since", "until")),
    Column("disability_group", SmallInteger, CheckConstraint("disability_group between 1 and 3", "group")),
    said("document"),
    Column("replaces", ForeignKey("fitting_circumstances.id"), unique=True),
    by(),
    at(),
    CheckConstraint("(kind = 'disability') = (disability_group is not null)", "disability"),
    CheckConstraint("kind <> 'withdrawn' or replaces is not null", "withdrawn"),
)

fittings = Table(
    "fittings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("device_id", BigInteger, ForeignKey("devices.id"), nullable=False),
    Column("body_part", Text, one_of("body_part", BodyPart), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("rule_set", ForeignKey("rule_sets.digest"), nullable=False),
    by(),
    at(),
    CheckConstraint("body_part = 'ankle' or reason <> ''", "arm"),
)

fitting_removals = Table(  # the device is off the body, and whose hand took it off
    "fitting_removals",
    metadata,
    Column("fitting_id", ForeignKey("fittings.id"), primary_key=True, autoincrement=False),
    Column("ground", Text, one_of("ground", Ground), nullable=False),
    by(),
    at(),
)

bracelet_violations = Table(
    "bracelet_violations",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False, index=True),
    Column("kind", Text, one_of("kind", ViolationKind), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("alert_id", BigInteger, ForeignKey("alerts.id"), unique=True),  # each alert is one once
    by(),
    at(),
)

bracelet_measures = Table(  # proposed; without a named human's decision it has no effect
    "bracelet_measures",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("violation_id", ForeignKey("bracelet_violations.id"), nullable=False, unique=True),
    Column("measure", Text, one_of("measure", MeasureKind), nullable=False),
    Column("rule_set", ForeignKey("rule_sets.digest"), nullable=False),
    at(),
    Column("decision", Text, one_of("decision", Decision)),
    Column("decided_by", ForeignKey("users.id")),
    Column("decided_at", DateTime(timezone=True)),
    Column("act_number", Text, CheckConstraint("act_number <> ''", "act_number")),
    Column("reason", Text, CheckConstraint("reason <> ''", "reason")),
    CheckConstraint(
        "(decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)"
        " and (decision is distinct from 'taken' or act_number is not null)"
        " and (decision is distinct from 'rejected' or reason is not null)",
        "decided",
    ),
)

order_releases = Table(  # one decision ends an order
    "order_releases",
    metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("released_at", DateTime(timezone=True), nullable=False),
    said("act_number"),
    Column("ground", Text, one_of("ground", ReleaseGround), nullable=False),
    by(),
    at(),
    Index("ix_order_releases_made_by", "made_by"),
)
