"""Who looked at whom since when, and the letters of one box, each found by an index."""

from alembic import op

revision = "0059"
down_revision = "0058"

STEPS = (
    "create index ix_audit_subject_at on audit (subject_kind, subject_id, at)",
    "drop index ix_audit_subject",
    "alter index ix_audit_subject_at rename to ix_audit_subject",
    "create index ix_sealed_letters_box on sealed_letters (box, holder, id)",
)


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)


def downgrade() -> None:
    run = op.get_bind().exec_driver_sql
    run("drop index ix_sealed_letters_box")
    run("drop index ix_audit_subject")
    run("create index ix_audit_subject on audit (subject_kind, subject_id)")
