"""Episodes, movements, admissions, children, marks, places and placements: rows are added, never changed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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
from sqlalchemy.dialects.postgresql import ARRAY

from core.db import metadata
from inmates.custody.model import EpisodeKind, Kind, Mark, Regime
from inmates.custody.rules.admission import Item, Said


def made_by(name: str = "made_by") -> Column[int]:
    return Column(name, ForeignKey("users.id"), nullable=False)


def made_at() -> Column[object]:
    return Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def one_of(column: str, values: type[EpisodeKind | Kind | Mark | Regime | Item | Said]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(value.value) for value in values)})", column)


episodes = Table(
    "episodes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, one_of("kind", EpisodeKind), nullable=False),
    Column("act_number", Text, CheckConstraint("act_number <> ''", "act_number"), nullable=False),
    Column("authority", Text, CheckConstraint("authority <> ''", "authority"), nullable=False),
    Column("act_on", Date, nullable=False),
    Column("valid_until", Date, CheckConstraint("valid_until >= act_on", "valid_until")),
    Column("reasons", Text, CheckConstraint("reasons <> ''", "reasons"), nullable=False),
    made_by(),
    made_at(),
    UniqueConstraint("id", "person_id"),
)

movements = Table(  # append-only; folded into inmates.tables.stays in the same transaction
    "movements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("episode_id", BigInteger, nullable=False),
    Column("kind", Text, one_of("kind", Kind), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("institution_id", ForeignKey("institutions.id")),
    Column("regime", Text, one_of("regime", Regime)),
    Column("destination", Text, nullable=False, server_default=""),
    Column("replaces", BigInteger, unique=True),
    made_by(),
    made_at(),
    UniqueConstraint("id", "episode_id"),
    ForeignKeyConstraint(["episode_id", "person_id"], ["episodes.id", "episodes.person_id"]),
    ForeignKeyConstraint(["replaces", "episode_id"], ["movements.id", "movements.episode_id"]),
    CheckConstraint("(kind in ('admission', 'transfer')) = (institution_id is not null)", "institution"),
    CheckConstraint("(kind in ('admission', 'transfer', 'regime')) = (regime is not null)", "has_regime"),
    CheckConstraint("kind <> 'withdrawn' or replaces is not null", "withdrawn"),
)

admissions = Table(  # closed once, and only without a gap: a trigger counts
    "admissions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", BigInteger, nullable=False, index=True),
    Column("episode_id", BigInteger, nullable=False, unique=True),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", ForeignKey("users.id")),
    CheckConstraint("(closed_at is null) = (closed_by is null)", "closed"),
    ForeignKeyConstraint(["episode_id", "person_id"], ["episodes.id", "episodes.person_id"]),
)

admission_answers = Table(  # append-only; the latest of an item counts
    "admission_answers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("admission_id", ForeignKey("admissions.id"), nullable=False, index=True),
    Column("item", Text, one_of("item", Item), nullable=False),
    Column("said", Text, one_of("said", Said), nullable=False),
    Column("words", Text, nullable=False),
    made_by(),
    made_at(),
    CheckConstraint("(said = 'answered') = (words <> '')", "words"),
    CheckConstraint(
        "said <> 'declined' or item not in ('commitment', 'reasons', 'moment', 'rights')", "hard"
    ),
)

children = Table(  # append-only; a row without a date of birth says that the one it replaces was wrong
    "children",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("born_on", Date),
    Column("place", Text, nullable=False, server_default=""),
    Column("guardian", Text, nullable=False, server_default=""),
    Column("replaces", ForeignKey("children.id"), unique=True),
    made_by(),
    made_at(),
    CheckConstraint("born_on is not null or replaces is not null", "born_on"),
)

marks = Table(  # append-only; the latest of a kind counts
    "marks_apart",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", Text, one_of("kind", Mark), nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("ground", Text, CheckConstraint("ground <> ''", "ground"), nullable=False),
    made_by(),
    made_at(),
)

places = Table(
    "places",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("institution_id", ForeignKey("institutions.id"), nullable=False),
    Column("unit_id", BigInteger),
    Column("name", Text, CheckConstraint("name <> ''", "name"), nullable=False),
    Column("capacity", Integer, CheckConstraint("capacity > 0", "capacity"), nullable=False),
    UniqueConstraint("id", "institution_id"),
    UniqueConstraint("institution_id", "unit_id", "name", postgresql_nulls_not_distinct=True),
    ForeignKeyConstraint(["unit_id", "institution_id"], ["places.id", "places.institution_id"]),
)

placements = Table(  # append-only; the latest since the person came to the institution counts
    "placements",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("place_id", ForeignKey("places.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("overridden", ARRAY(Text), nullable=False, server_default="{}"),
    Column("reason", Text),
    Column("rule_set", ForeignKey("rule_sets.digest"), nullable=False),
    made_by("decided_by"),
    CheckConstraint("(cardinality(overridden) = 0) = (reason is null) and reason <> ''", "reason"),
)
Index("ix_movements_escapes", movements.c.person_id, postgresql_where=movements.c.kind == "escape")
Index("ix_placements_latest", placements.c.person_id, placements.c.at)
