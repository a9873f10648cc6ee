"""A book whose approval was annulled or corrected may be approved again: the person's lock tells, not an index."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("drop index uq_readings_book")


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "create unique index uq_readings_book on readings (person_id, book) where replaces is null"
    )
