"""What can open a sealed letter is one folder; by the import contracts nothing that serves reaches it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from architecture.test_house import ROOT, tracked

OFFLINE = ROOT / "app/box"


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def reaches(path: Path, *names: str) -> bool:
    return any(found == name or found.startswith(f"{name}.") for found in imported(path) for name in names)


def test_only_the_offline_tool_knows_private_keys_of_boxes() -> None:
    served = [p for p in tracked("*.py") if not {OFFLINE, ROOT / "tests"} & set(p.parents)]
    assert not [p for p in served if reaches(p, "nacl", "app.box")]
    assert reaches(OFFLINE / "opening.py", "nacl.public")
