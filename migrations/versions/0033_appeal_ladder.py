"""When the ladder of an appeal has its next step."""

from alembic import op

revision = "0033"
down_revision = "0032"

STEPS = (
    "alter table appeal_standings add column rung_at timestamp with time zone",
    "update appeal_standings set rung_at = now() where ended_at is null and desk not in ('ombudsman', 'lawyer')",
    "create index ix_appeal_standings_rung_at on appeal_standings (rung_at) where rung_at is not null",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    op.execute("alter table appeal_standings drop column rung_at")
