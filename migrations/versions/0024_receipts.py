"""Receipts of appeals, without the codes that open them."""

from alembic import op

revision = "0024"
down_revision = "0023"

STEPS = (
    """
    create table receipts (
        number text not null constraint ck_receipts_number check (number <> ''),
        code_hash text,
        token_hash bytea,
        content bytea not null constraint ck_receipts_content check (octet_length(content) = 32),
        regime text not null,
        registered_on date not null,
        registered_at timestamp with time zone,
        due_on date not null constraint ck_receipts_due_on check (due_on >= registered_on),
        key_id text not null,
        constraint pk_receipts primary key (number),
        constraint ck_receipts_secret check ((code_hash is null) <> (token_hash is null))
    )
    """,
    """
    create trigger receipts_append_only before update or delete or truncate on receipts
        for each statement execute function refuse_change()
    """,
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop table receipts")
