"""Many people at once: the fold of `rules.walk` over batches, their geometry measured together."""

from functools import cache
from typing import Final

from geofence.engine.board import Board, Judged
from geofence.engine.compiled import digest

__all__ = ["VERSION", "Board", "Judged", "version"]

VERSION: Final = "3"
"""Raised by hand whenever a verdict or its evidence may differ from what this version would have said."""


@cache
def version() -> str:
    """What a verdict cites: the version, and a digest of the very text of all that decides."""
    return f"{VERSION}+{digest()}"
