"""Decisions by whoever took them: for the list of papers that wait for a signature."""

from alembic import op

revision = "0061"
down_revision = "0060"

INDEXES = {
    "ix_conduct_decisions_decided_by": "conduct_decisions (decided_by)",
    "ix_order_releases_made_by": "order_releases (made_by)",
    "ix_zone_proposal_ends_by_user": "zone_proposal_ends (by_user)",
    "ix_appeal_entries_ended_by": (
        "appeal_entries (by) where command in ('answer', 'answer_joined', 'leave')"
    ),
}


def upgrade() -> None:
    for name, what in INDEXES.items():
        op.get_bind().exec_driver_sql(f"create index {name} on {what}")


def downgrade() -> None:
    for name in INDEXES:
        op.get_bind().exec_driver_sql(f"drop index {name}")
