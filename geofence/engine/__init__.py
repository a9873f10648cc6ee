"""Many people at once: the fold of `rules.walk` over batches, their geometry measured together."""

from functools import cache
from pathlib import Path
from typing import Final

from geofence.engine.board import Board, Judged
from geofence.engine.compiled import digest

__all__ = ["VERSION", "Board", "Judged", "version"]

VERSION: Final = "2"
"""Raised by hand whenever a verdict or its evidence may differ from what this version would have said."""
RULES: Final = Path(__file__).parents[1] / "rules"


@cache
def version() -> str:
    """What a verdict cites: the version, and digests of the very text of the engine and of its rules."""
    return f"{VERSION}+{digest()}.{digest(RULES)}"
