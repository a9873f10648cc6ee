"""Several workers share the devices: their checkpoints, and people who wait to be folded again."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    """
    create table mark_rounds (
        shards integer not null,
        shard integer not null,
        as_of timestamptz not null,
        constraint pk_mark_rounds primary key (shards, shard),
        constraint ck_mark_rounds_shard check (shard >= 0 and shard < shards)
    )
    """,
    "insert into mark_rounds (shards, shard, as_of) select 1, 0, max(as_of) from marks having max(as_of) is not null",
    "alter table marks drop column as_of",
    "alter table marks set (fillfactor = 70)",
    """
    create table handed_over (
        person_id bigint not null,
        since timestamptz not null,
        made_at timestamptz not null,
        touched_at timestamptz not null,
        constraint pk_handed_over primary key (person_id),
        constraint fk_handed_over_person_id foreign key (person_id) references persons (id)
    )
    """,
    """
    create index ix_commands_unanswered on commands (made_at)
    where received_at is null and done_at is null
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("the moment of each mark is not kept any more")
