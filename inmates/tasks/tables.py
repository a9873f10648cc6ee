"""Tasks, open and done."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    func,
)

from core.db import metadata

tasks = Table(
    "tasks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("person_id", ForeignKey("persons.id"), index=True),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("is_urgent", Boolean, nullable=False, server_default="false"),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", ForeignKey("users.id")),
    Column("outcome", Text),
    CheckConstraint(
        "(done_at is null) = (outcome is null) and outcome <> ''"
        " and (done_at is null) = (done_by is null and outcome is distinct from 'no_longer')",
        "done",
    ),
)
Index(
    "uq_tasks_open",
    tasks.c.kind,
    tasks.c.subject_kind,
    tasks.c.subject_id,
    tasks.c.person_id,
    tasks.c.role,
    unique=True,
    postgresql_nulls_not_distinct=True,
    postgresql_where=tasks.c.done_at.is_(None),
)
Index("ix_tasks_due", tasks.c.role, tasks.c.due_at, postgresql_where=tasks.c.done_at.is_(None))
