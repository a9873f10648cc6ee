"""Persons, orders and caseloads."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from core.db import metadata

persons = Table(
    "persons",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("surname", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("patronymic", Text, nullable=False, server_default=""),
    Column("sex", Text, CheckConstraint("sex in ('m', 'f')", "sex"), nullable=False),
    Column("born_on", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

orders = Table(  # no order without a court act; its conditions are geofence.tables.conditions
    "orders",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind in ('house_arrest', 'restriction_of_liberty', 'administrative_supervision')", "kind"
        ),
        nullable=False,
    ),
    Column("court", Text, nullable=False),
    Column("act_number", Text, CheckConstraint("act_number <> ''", "act_number"), nullable=False),
    Column("act_on", Date, nullable=False),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("id", "person_id"),  # so that others can name an order together with its person
)

caseloads = Table(  # whose officer sees whom, and since when; a person may have several officers
    "caseloads",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("during", TSTZRANGE, nullable=False),
    ExcludeConstraint(("user_id", "="), ("person_id", "="), ("during", "&&"), name="ex_caseloads_during"),
)
