"""Authorised absences that were ended before their time: when, and by whom."""

from alembic import op

revision = "0060"
down_revision = "0059"

STEP = """
alter table absences
    add column ended_at timestamp with time zone,
    add column ended_by bigint,
    add constraint fk_absences_ended_by foreign key (ended_by) references users (id),
    add constraint ck_absences_ended check (num_nulls(ended_at, ended_by) <> 1)
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(STEP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("alter table absences drop column ended_at, drop column ended_by")
