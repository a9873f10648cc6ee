"""People to be folded again, the longest waiting first: found without a look at all the others."""

from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("create index ix_handed_over_made_at on handed_over (made_at)")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop index ix_handed_over_made_at")
