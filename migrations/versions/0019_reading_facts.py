"""What the sentence was told of a decision on a book."""

from alembic import op

revision = "0019"
down_revision = "0018"

STEPS = (
    """
    create table reading_facts (
        reading_id bigint not null,
        fact_id bigint not null,
        constraint pk_reading_facts primary key (reading_id),
        constraint fk_reading_facts_reading_id foreign key (reading_id) references readings (id),
        constraint fk_reading_facts_fact_id foreign key (fact_id) references sentence_facts (id),
        constraint uq_reading_facts_fact_id unique (fact_id)
    )
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    op.drop_table("reading_facts")
