"""Receipts of sealed letters apart, and what tells an hour out of their reach: the ledger finds its tables by
the name of a trigger, and its blocks say when."""

from alembic import op

revision = "0035"
down_revision = "0034"

QUIET = ("sealed_letters", "sealed_files", "opened_letters")
STEPS = (
    """
    create table sealed_receipts (
        number text not null constraint ck_sealed_receipts_number check (number <> ''),
        token_hash bytea not null
            constraint ck_sealed_receipts_token_hash check (octet_length(token_hash) = 32),
        content bytea not null constraint ck_sealed_receipts_content check (octet_length(content) = 32),
        regime text not null,
        registered_on date not null,
        due_on date not null constraint ck_sealed_receipts_due_on check (due_on >= registered_on),
        key_id text not null,
        constraint pk_sealed_receipts primary key (number)
    )
    """,
    """
    insert into sealed_receipts (number, token_hash, content, regime, registered_on, due_on, key_id)
    select number, token_hash, content, regime, registered_on, due_on, key_id
    from receipts
    where token_hash is not null
    """,
    "alter table sealed_letters drop constraint fk_sealed_letters_number",
    """
    alter table sealed_letters add constraint fk_sealed_letters_number
        foreign key (number) references sealed_receipts (number)
    """,
    "alter table receipts disable trigger receipts_append_only",
    "delete from receipts where token_hash is not null",
    "alter table receipts enable trigger receipts_append_only",
    "alter table receipts drop constraint ck_receipts_secret",
    "alter table receipts drop column token_hash",
    "alter table receipts alter column code_hash set not null",
    """
    create trigger sealed_receipts_unchanging before update or delete or truncate on sealed_receipts
        for each statement execute function refuse_change()
    """,
    *(f"alter trigger {table}_append_only on {table} rename to {table}_unchanging" for table in QUIET),
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    bind = op.get_bind()
    for table in QUIET:
        bind.exec_driver_sql(f"alter trigger {table}_unchanging on {table} rename to {table}_append_only")
    bind.exec_driver_sql("alter table receipts alter column code_hash drop not null")
    bind.exec_driver_sql("alter table receipts add column token_hash bytea")
    bind.exec_driver_sql(
        "alter table receipts add constraint ck_receipts_secret"
        " check ((code_hash is null) <> (token_hash is null))"
    )
    bind.exec_driver_sql("alter table sealed_letters drop constraint fk_sealed_letters_number")
    bind.exec_driver_sql(
        "insert into receipts (number, token_hash, content, regime, registered_on, due_on, key_id)"
        " select number, token_hash, content, regime, registered_on, due_on, key_id from sealed_receipts"
    )
    bind.exec_driver_sql(
        "alter table sealed_letters add constraint fk_sealed_letters_number"
        " foreign key (number) references receipts (number)"
    )
    bind.exec_driver_sql("drop table sealed_receipts")
