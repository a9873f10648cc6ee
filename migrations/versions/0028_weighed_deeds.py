"""Deeds are kept for complaints that come later; a flag names one user; a task may end undone."""

from alembic import op

revision = "0028"
down_revision = "0027"

STEPS = (
    """
    create table weighed_deeds (
        kind text not null constraint ck_weighed_deeds_kind check (kind in ('sanction', 'transfer',
            'visit_cancelled')),
        subject_id bigint not null,
        actor bigint not null,
        person_id bigint not null,
        at timestamp with time zone not null,
        constraint pk_weighed_deeds primary key (kind, subject_id, actor),
        constraint fk_weighed_deeds_actor foreign key (actor) references users (id),
        constraint fk_weighed_deeds_person_id foreign key (person_id) references persons (id)
    )
    """,
    "create index ix_weighed_deeds_person_id on weighed_deeds (person_id)",
    """
    create trigger weighed_deeds_append_only before update or delete or truncate on weighed_deeds
        for each statement execute function refuse_change()
    """,
    "alter table legality_flags drop constraint uq_legality_flags_breach_subject_kind_subject_id",
    """
    alter table legality_flags add constraint uq_legality_flags_breach_subject_kind_subject_id_actor
        unique nulls not distinct (breach, subject_kind, subject_id, actor)
    """,
    "alter table tasks drop constraint ck_tasks_done",
    """
    alter table tasks add constraint ck_tasks_done check ((done_at is null) = (outcome is null)
        and outcome <> '' and (done_at is null) = (done_by is null and outcome is distinct from 'no_longer'))
    """,
)
BACK = (
    "alter table tasks drop constraint ck_tasks_done",
    """
    alter table tasks add constraint ck_tasks_done check ((done_at is null) = (done_by is null)
        and (done_at is null) = (outcome is null) and outcome <> '') not valid
    """,
    "alter table legality_flags drop constraint uq_legality_flags_breach_subject_kind_subject_id_actor",
    """
    alter table legality_flags add constraint uq_legality_flags_breach_subject_kind_subject_id
        unique (breach, subject_kind, subject_id)
    """,
    "drop table weighed_deeds",
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    for step in BACK:
        op.get_bind().exec_driver_sql(step)
