"""Certificates of devices, and which of them were revoked."""

from alembic import op

revision = "0031"
down_revision = "0030"

STEPS = (
    """
    create table device_certificates (
        number numeric(50, 0) not null,
        device_id bigint not null,
        issued_at timestamp with time zone default now() not null,
        ends_at timestamp with time zone not null,
        constraint pk_device_certificates primary key (number),
        constraint fk_device_certificates_device_id foreign key (device_id) references devices (id),
        constraint ck_device_certificates_ends_at check (ends_at > issued_at)
    )
    """,
    "create index ix_device_certificates_device_id on device_certificates (device_id)",
    """
    create table certificate_revocations (
        number numeric(50, 0) not null,
        at timestamp with time zone not null,
        why text not null,
        constraint pk_certificate_revocations primary key (number),
        constraint fk_certificate_revocations_number foreign key (number) references device_certificates (number),
        constraint ck_certificate_revocations_why check (why <> '')
    )
    """,
)
TABLES = ("certificate_revocations", "device_certificates")


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for step in STEPS:
        run(step)
    for table in TABLES:
        run(
            f"create trigger {table}_append_only before update or delete or truncate on {table}"
            " for each statement execute function refuse_change()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
