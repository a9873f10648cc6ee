"""Why a proposal was withdrawn: whoever refuses what another has drafted says so."""

from alembic import op

revision = "0064"
down_revision = "0063"

STEP = "alter table zone_proposal_ends add column reason text"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(STEP)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("alter table zone_proposal_ends drop column reason")
