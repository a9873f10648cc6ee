"""Courses, enrolments and their events, and decisions on books."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from core.db import metadata

courses = Table(  # never edited: a certificate names what was taught then
    "courses",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("code", Text, CheckConstraint("code <> ''", "code"), nullable=False, unique=True),
    Column("title", Text, CheckConstraint("title <> ''", "title"), nullable=False),
    Column(
        "isced_level", SmallInteger, CheckConstraint("isced_level between 0 and 8", "level"), nullable=False
    ),
    Column("isced_field", Text, CheckConstraint("isced_field ~ '^[0-9]{2,4}$'", "field"), nullable=False),
    Column("hours", Numeric(7, 1), CheckConstraint("hours > 0", "hours"), nullable=False),
    Column("provider_id", ForeignKey("users.id"), index=True),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("course_id", ForeignKey("courses.id"), nullable=False, index=True),
    Column("attempt", SmallInteger, CheckConstraint("attempt > 0", "attempt"), nullable=False),
    Column("enrolled_on", Date, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("person_id", "course_id", "attempt"),  # two who enrol at once make one attempt
)

education_events = Table(  # appended only; rules.standing folds them
    "education_events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("enrolment_id", ForeignKey("enrolments.id"), nullable=False, index=True),
    Column(
        "kind",
        Text,
        CheckConstraint(
            "kind in ('attempted', 'attended', 'missed', 'progressed', 'completed', 'passed', 'failed',"
            " 'certified', 'withdrawn', 'annulled')",
            "kind",
        ),
        nullable=False,
    ),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("hours", Numeric(4, 1), CheckConstraint("hours > 0 and hours <= 24", "hours")),
    Column("percent", Numeric(5, 2), CheckConstraint("percent between 0 and 100", "percent")),
    Column("score", Numeric(5, 4), CheckConstraint("score between -1 and 1", "score")),
    Column("number", Text, CheckConstraint("number <> ''", "number")),
    Column("document", Text, CheckConstraint("document ~ '^[0-9a-f]{64}$'", "document")),
    Column(
        "reason",
        Text,
        CheckConstraint(
            "reason in ('transferred', 'released', 'health', 'work', 'own_wish', 'other')", "reason"
        ),
    ),
    Column("replaces", BigInteger, unique=True),
    Column(
        "source", Text, CheckConstraint("source in ('staff', 'file', 'statement')", "source"), nullable=False
    ),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("id", "enrolment_id"),  # so that a correction names an event of the same enrolment
    ForeignKeyConstraint(
        ["replaces", "enrolment_id"], ["education_events.id", "education_events.enrolment_id"]
    ),
    CheckConstraint("(kind in ('attended', 'missed')) = (hours is not null)", "lesson"),
    CheckConstraint("(kind = 'progressed') = (percent is not null)", "progress"),
    CheckConstraint(
        "(kind = 'certified') = (number is not null) and (kind = 'certified') = (document is not null)",
        "certificate",
    ),
    CheckConstraint("(kind = 'withdrawn') = (reason is not null)", "withdrawal"),
    CheckConstraint("kind <> 'annulled' or replaces is not null", "annulment"),
    ExcludeConstraint(  # one certificate of a number; its correction stays with its enrolment
        ("number", "="), ("enrolment_id", "<>"), name="ex_education_events_number"
    ),
)
Index(  # a lesson, a record or a line of a file counts once
    "uq_education_events_once",
    education_events.c.enrolment_id,
    education_events.c.kind,
    education_events.c.at,
    unique=True,
    postgresql_where=education_events.c.replaces.is_(None) & (education_events.c.source != "statement"),
)

readings = Table(  # approvals and their annulments; rules.approved folds them
    "readings",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("title", Text),
    Column("author", Text),
    Column("book", Text),  # the title as it is compared; one approval of a book a person
    Column("read_on", Date),
    Column("decided_on", Date),
    Column("decision", Text, CheckConstraint("decision <> ''", "decision")),
    Column("members", ARRAY(Text), CheckConstraint("cardinality(members) > 0", "members")),
    Column("replaces", BigInteger, unique=True),
    Column("why", Text, nullable=False, server_default=""),
    Column("rules", ForeignKey("rule_sets.digest")),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("made_by", ForeignKey("users.id"), nullable=False),
    UniqueConstraint("id", "person_id"),
    ForeignKeyConstraint(["replaces", "person_id"], ["readings.id", "readings.person_id"]),
    CheckConstraint(
        "num_nulls(title, author, book, read_on, decided_on, decision, members, rules) in (0, 8)", "whole"
    ),
    CheckConstraint("title is not null or replaces is not null", "annulment"),
    CheckConstraint("replaces is null or why <> ''", "why"),
    CheckConstraint("read_on <= decided_on", "decided_on"),
)
reading_facts = Table(  # what the sentence was told of a decision on a book
    "reading_facts",
    metadata,
    Column("reading_id", ForeignKey("readings.id"), primary_key=True),
    Column("fact_id", ForeignKey("sentence_facts.id"), nullable=False, unique=True),
)
