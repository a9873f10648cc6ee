"""Recovery asks for the events received since seats were written down: not the whole table."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "create index ix_device_events_received_at on device_events using brin (received_at)"
    )


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop index ix_device_events_received_at")
