"""A wall around sealed letters: rows answer to the one box, or the one letter, that a statement is about."""

from alembic import op

revision = "0056"
down_revision = "0055"

LEDGER = "(current_user <> 'ejazo_api' and current_setting('ejazo.compartment', true) = 'boxes')"
"""The ledger covers what refuses changes; the API's role has not this way."""
BY_NUMBER = "number = current_setting('ejazo.letter', true)"
OF_BOX = "box || coalesce('-' || holder::text, '') = current_setting('ejazo.box', true)"
BY_DIGEST = "encode(digest, 'hex') = current_setting('ejazo.letter', true)"
OF_LETTER = "exists (select from sealed_letters l where l.id = letter_id)"
"""Which is asked under the wall of letters itself."""
WALLS = {
    "sealed_letters": (f"{OF_BOX} or {BY_NUMBER} or {BY_DIGEST} or {LEDGER}", BY_NUMBER),
    "sealed_receipts": (f"{BY_NUMBER} or {LEDGER}", BY_NUMBER),
    "sealed_files": (f"{OF_LETTER} or {LEDGER}", OF_LETTER),
    "opened_letters": (f"{OF_LETTER} or {LEDGER}", OF_LETTER),
    "sealed_answers": (f"{OF_LETTER} or {LEDGER}", OF_LETTER),
}


def upgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for table, (seen, written) in WALLS.items():
        run(f"alter table {table} enable row level security")
        run(f"alter table {table} force row level security")
        run(f"create policy box on {table} using ({seen}) with check ({written})")


def downgrade() -> None:
    run = op.get_bind().exec_driver_sql
    for table in reversed(WALLS):
        run(f"drop policy box on {table}")
        run(f"alter table {table} no force row level security")
        run(f"alter table {table} disable row level security")
