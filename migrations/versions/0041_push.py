"""Relatives' devices that want to be woken."""

from alembic import op

revision = "0041"
down_revision = "0040"

STEPS = (
    """
    create table relative_pushes (
        handset_id bigint not null,
        endpoint bytea not null,
        told bigint not null,
        failures smallint not null,
        next_at timestamp with time zone not null,
        made_at timestamp with time zone not null,
        constraint pk_relative_pushes primary key (handset_id),
        constraint fk_relative_pushes_handset_id foreign key (handset_id) references relative_handsets (id),
        constraint ck_relative_pushes_failures check (failures >= 0)
    )
    """,
    "create index ix_relative_pushes_next_at on relative_pushes (next_at)",
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    op.drop_table("relative_pushes")
