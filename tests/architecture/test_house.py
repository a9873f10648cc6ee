"""What the house promises of its own shape: sizes, names, directions, and words that must not appear."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "core", "inmates", "tracking", "geofence", "messaging", "dashboards", "simulators")
MOST_LINES = 300
LONGEST_FUNCTION = 40


def tracked(*patterns: str) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True
    )
    return [ROOT / name for name in found.stdout.decode().split("\0") if name and (ROOT / name).exists()]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_file_holds_two_ideas() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in tracked("*.py", "*.js", "*.css", "*.html")
        if (n := len(p.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{p.relative_to(ROOT)}:{name} {lines}"
        for p in tracked("*.py")
        for name, lines in functions(p)
        if lines > LONGEST_FUNCTION
    ]
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in tracked("*.py")
        if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert not silent


def test_nothing_is_called_after_no_idea() -> None:
    vague = re.compile(r"^(utils?|helpers?|managers?|base|common|misc)\.py$")
    assert not [p for p in tracked("*.py") if vague.match(p.name)]


def test_only_the_clock_asks_for_the_time() -> None:
    asks = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?)\(")
    asking = [
        f"{p.relative_to(ROOT)}:{i}"
        for p in tracked(*(f"{package}/*.py" for package in PACKAGES))
        if p != ROOT / "core/clock.py"
        for i, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if asks.search(line)
    ]
    assert not asking


def test_sql_lives_in_stores() -> None:
    """One room a package holds the SQL; whoever looks for a query looks there."""
    query = re.compile(r"""["'\s(](select|insert into|update|delete from)\s+\w""")
    outside = [
        f"{p.relative_to(ROOT)}:{i}"
        for package in ("core", "inmates", "tracking", "geofence", "messaging", "dashboards")
        for p in tracked(f"{package}/*.py")
        if "store" not in str(p) and p.name not in {"bus.py", "heartbeat.py", "audit.py", "sessions.py"}
        for i, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if query.search(line) and not line.lstrip().startswith(("#", '"""')) and '"' in line
    ]
    assert not outside


@pytest.mark.parametrize("word", ["npmjs.org", "pythonhosted", "pypi.org", "registry.npm", "deb.debian"])
def test_no_registry_is_named(word: str) -> None:
    holding = [
        str(p.relative_to(ROOT)) for p in tracked() if p != Path(__file__) and word.encode() in p.read_bytes()
    ]
    assert not holding


def test_no_merge_was_left_half_done() -> None:
    marks = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
    texts = tracked("*.md", "*.py", "*.toml", "*.html", "*.css", "*.js", "*.in", "*.txt", "ejazo")
    assert not [str(p) for p in texts if marks.search(p.read_text("utf-8"))]


def test_the_change_log_and_the_readme_name_every_command() -> None:
    from app.cli import COMMANDS  # noqa: PLC0415 - the list itself is under test

    readme = (ROOT / "README.md").read_text("utf-8")
    assert not [name for name in COMMANDS if f"`{name}`" not in readme and f"ejazo {name}" not in readme]


def test_migrations_follow_one_another_by_number() -> None:
    """Whether a schema is as new as the code is asked by comparing numbers (`/readyz`)."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "migrations/versions").glob("*.py"))]
    named = re.compile(r'^(?:down_)?revision = "?(\w+)"?', re.MULTILINE)
    chain = [named.findall(text) for text in texts]
    assert [one[1] for one in chain[1:]] == [one[0] for one in chain[:-1]]
