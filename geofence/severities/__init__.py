"""How urgent each kind of breach is, as data with dates."""

import tomllib
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final

from core.clock import to_us
from geofence.model import BreachKind

LATE: Final = "late"
CRITICAL: Final = 1
INFORMATION: Final = 4


class Severities:
    """One file: the severity of each kind, and of a breach that was over long before it was found."""

    def __init__(self, text: str) -> None:
        content = tomllib.loads(text)
        since = content.pop("valid_from")
        if not isinstance(since, datetime) or since.tzinfo is None:
            raise ValueError("valid_from")
        if odd := content.keys() ^ {LATE, *BreachKind}:
            raise ValueError(f"kinds missing or unknown: {sorted(odd)}")
        self.valid_from_us = to_us(since)
        self._values: dict[str, int] = {
            name: entry["value"] for name, entry in content.items() if entry["why"].strip()
        }
        if any(not CRITICAL <= value <= INFORMATION for value in self._values.values()):
            raise ValueError("value")

    def of(self, kind: BreachKind) -> int:
        return self._values[kind]

    @property
    def late(self) -> int:
        return self._values[LATE]


@cache
def known() -> tuple[Severities, ...]:
    """Oldest first."""
    files = (f for f in resources.files(__name__).iterdir() if f.name.endswith(".toml"))
    return tuple(sorted((Severities(f.read_text("utf-8")) for f in files), key=_begin))


def valid_at(at_us: int) -> Severities:
    """What counts at a moment; before the first file, the first."""
    return max((s for s in known() if s.valid_from_us <= at_us), key=_begin, default=known()[0])


def _begin(severities: Severities) -> int:
    return severities.valid_from_us
