"""The letters of one box, found by an index."""

from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "create index ix_sealed_letters_box on sealed_letters (box, holder, id)"
    )


def downgrade() -> None:
    op.get_bind().exec_driver_sql("drop index ix_sealed_letters_box")
