"""Persons, orders, caseloads; institutions, who works there and who stays there; broken glass."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, TSVECTOR, ExcludeConstraint

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
    Column("born_on", Date, nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Folded from `merges` in the same transaction: where the file of the same human goes on.
    Column("survivor_id", ForeignKey("persons.id"), CheckConstraint("survivor_id <> id", "survivor_id")),
    Column(
        "other_names", Text, nullable=False, server_default=""
    ),  # other scripts, earlier names: to be found by
    Column(
        "found_by",
        TSVECTOR,
        Computed(
            "person_keys(number, surname || ' ' || given_name || ' ' || patronymic || ' ' || other_names)",
            persisted=True,
        ),
        nullable=False,
    ),
)
Index(
    "ix_persons_found_by", persons.c.found_by, postgresql_using="gin", postgresql_with={"fastupdate": "off"}
)
Index("ix_persons_surname_given_name_id", persons.c.surname, persons.c.given_name, persons.c.id)
Index("ix_persons_survivor_id", persons.c.survivor_id, postgresql_where=persons.c.survivor_id.is_not(None))

orders = Table(  # no order without a court act; its conditions are geofence.tables.conditions
    "orders",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind in ('house_arrest', 'restriction_of_liberty', 'administrative_supervision',"
            " 'conditional_release', 'conditional_sentence', 'corrective_work', 'community_service',"
            " 'deprivation_of_right')",
            "kind",
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

institutions = Table(
    "institutions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind in ('settlement_colony', 'general_regime', 'strict_regime', 'special_regime',"
            " 'juvenile_colony', 'prison', 'hospital', 'remand', 'probation_district')",
            "kind",
        ),
        nullable=False,
    ),
    Column("soato", Text, CheckConstraint("soato ~ '^[0-9]{4,10}$'", "soato"), nullable=False),
    Column("capacity", Integer, CheckConstraint("capacity >= 0", "capacity")),  # none: not a place to sleep
)

postings = Table(  # who works where
    "postings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("institution_id", ForeignKey("institutions.id"), nullable=False, index=True),
    Column("during", TSTZRANGE, nullable=False),
    ExcludeConstraint(("user_id", "="), ("institution_id", "="), ("during", "&&"), name="ex_postings_during"),
)

stays = Table(  # folded from movements in the same transaction: a person stays in one institution at a time
    "stays",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("institution_id", ForeignKey("institutions.id"), nullable=False, index=True),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    ExcludeConstraint(("person_id", "="), ("during", "&&"), name="ex_stays_during"),
)

glass_breaks = Table(  # whose file is open to whom in an emergency; only reading, only these permissions
    "glass_breaks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("during", TSTZRANGE, CheckConstraint("not isempty(during)", "during"), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("opens", ARRAY(Text), CheckConstraint("cardinality(opens) > 0", "opens"), nullable=False),
    Column("why", Text, CheckConstraint("why <> ''", "why"), nullable=False),
    Column("law", ForeignKey("rule_sets.digest"), nullable=False),
    CheckConstraint("'psychology:read' <> all (opens) and 'box:read' <> all (opens)", "never"),
    CheckConstraint("array_to_string(opens, ' ') ~ '^([a-z]+:read ?)+$'", "reading"),
    UniqueConstraint("id", "user_id"),  # so that a review can name who broke it
)
Index("ix_glass_breaks_user_id_person_id", glass_breaks.c.user_id, glass_breaks.c.person_id)

glass_reviews = Table(  # what another human says of it; an unjustified one is shut at once
    "glass_reviews",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("break_id", BigInteger, nullable=False, index=True),
    Column("broken_by", BigInteger, nullable=False),
    Column("reviewed_by", ForeignKey("users.id"), nullable=False),
    Column("reviewed_at", DateTime(timezone=True), nullable=False),
    Column(
        "verdict",
        Text,
        CheckConstraint("verdict in ('justified', 'unjustified')", "verdict"),
        nullable=False,
    ),
    Column("words", Text, CheckConstraint("words <> ''", "words"), nullable=False),
    Column("replaces", BigInteger, unique=True),
    CheckConstraint("reviewed_by <> broken_by", "reviewed_by"),
    ForeignKeyConstraint(("break_id", "broken_by"), ("glass_breaks.id", "glass_breaks.user_id")),
    ForeignKeyConstraint(("replaces", "break_id"), ("glass_reviews.id", "glass_reviews.break_id")),
    UniqueConstraint("id", "break_id"),
)
Index(
    "uq_glass_reviews_first",
    glass_reviews.c.break_id,
    unique=True,
    postgresql_where=glass_reviews.c.replaces.is_(None),
)
