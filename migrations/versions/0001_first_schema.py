"""The first schema, as plain SQL beside this file."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    for statement in _statements(Path(__file__).with_suffix(".sql").read_text("utf-8")):
        op.get_bind().exec_driver_sql(statement)


def _statements(sql: str) -> list[str]:
    """Split on the semicolons that end a line, but not inside $$…$$ bodies."""
    parts, inside, found = [], False, []
    for line in sql.splitlines():
        parts.append(line)
        inside ^= line.count("$$") % 2 == 1
        if line.endswith(";") and not inside:
            found.append("\n".join(parts))
            parts = []
    return found


def downgrade() -> None:
    raise NotImplementedError("the first schema has nothing to go back to")
