"""The table of transitions (states.toml) as values: who may do what when, and what follows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.auth import Permission
from messaging.appeals.model import Side, State

FILE: Final = Path(__file__).with_name("states.toml")
SAME: Final = "same"
SAID: Final = "said"


@dataclass(frozen=True, slots=True)
class Transition:
    command: str
    before: frozenset[State]
    after: State | None
    """None: the state stays."""
    by: frozenset[Side]
    permission: Permission | None
    """Of staff."""
    needs: tuple[str, ...]
    guards: tuple[str, ...]
    clock: str
    is_visible: bool | None
    """To the applicant; None: as the one who writes says."""
    notice: str | None
    event: str


@cache
def transitions() -> Mapping[str, Transition]:
    """By command."""
    said = tomllib.loads(FILE.read_text("utf-8"))
    return {row["command"]: _transition(row, said["states"]) for row in said["transition"]}


def _transition(row: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Transition:
    before = [state for name in row["from"] for state in groups.get(name, [name])]
    visible = row.get("visible", False)
    return Transition(
        row["command"],
        frozenset(State(name) for name in before),
        None if row["to"] == SAME else State(row["to"]),
        frozenset(Side(name) for name in row["by"]),
        Permission(row["permission"]) if "permission" in row else None,
        tuple(row.get("needs", ())),
        tuple(row.get("guards", ())),
        row["clock"],
        None if visible == SAID else visible,
        row.get("notice"),
        row["event"],
    )
