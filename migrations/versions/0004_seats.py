"""Where the seats of all people are kept, so that recovery is quick."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """
    create table seats (
        shard smallint not null,
        block integer not null,
        as_of timestamp with time zone not null,
        engine text not null,
        state bytea not null,
        constraint pk_seats primary key (shard, block)
    )
    """,
    "create table void_seats (person_id bigint not null, constraint pk_void_seats primary key (person_id))",
    # Packed numbers do not shrink: not compressed, they cost the server a copy.
    "alter table seats alter column state set storage external",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("seats")
    op.drop_table("void_seats")
