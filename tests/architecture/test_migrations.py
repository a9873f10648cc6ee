"""Old code runs on the new schema: no migration takes away what the release before it still uses."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "migrations/versions"
SINCE = "0040"
"""Those before were written when nobody ran the platform."""
TAKES = {
    "drops a column": r"\bdrop\s+column\b|\bdrop_column\(",
    "drops a table": r"\bdrop\s+table\b|\bdrop_table\(",
    "renames": r"\brename\s+(?:column|to|table)\b|\brename_table\(",
    "changes a type": r"\balter\s+column\s+\w+\s+(?:set\s+data\s+)?type\b",
    "demands a value": r"\bset\s+not\s+null\b",
    "adds a column that old code leaves empty": (
        r"\badd\s+column\s+\w+(?![^,;]*\bdefault\b)[^,;]*\bnot\s+null\b"
    ),
    "locks out writers": r"\bcreate\s+(?:unique\s+)?index\s+(?!concurrently)\w+\s+on\s+(?:fixes|audit)\b",
}
"""What breaks the code that still runs. A second migration, in a later release, may: it says `# contract:`
and since which release nothing needs it."""


def upgrade_of(source: str) -> str:
    """Everything but `downgrade`."""
    tree = ast.parse(source)
    left = [
        node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")
    ]
    return "\n".join(ast.unparse(node) for node in left)


def takes(source: str) -> list[str]:
    if re.search(r"^# contract: \S+", source, re.MULTILINE):
        return []
    said = upgrade_of(source).lower().replace("\\n", " ")
    return [what for what, pattern in TAKES.items() if re.search(pattern, said)]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_old_code_runs_on_the_new_schema(path: Path) -> None:
    if path.name[:4] >= SINCE:
        assert not takes(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("alter table a drop column b", "drops a column"),
        ("alter table a rename column b to c", "renames"),
        ("alter table a alter column b type text", "changes a type"),
        ("alter table a alter column b set not null", "demands a value"),
        ("alter table a add column b text not null", "adds a column that old code leaves empty"),
        ("alter table a add column b text default '' not null", None),
        ("alter table a add column b text", None),
        ("create index ix_a on a (b)", None),
        ("create index ix_fixes_x on fixes (b)", "locks out writers"),
    ],
)
def test_the_look_finds_what_takes_away(step: str, found: str | None) -> None:
    source = (
        f'def upgrade() -> None:\n    run("{step}")\n\ndef downgrade() -> None:\n    run("drop table a")\n'
    )
    assert takes(source) == ([found] if found else [])
    assert not takes(f"# contract: nothing reads it since 0.2\n{source}")
