"""A zone as it is drawn over a person's day."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outline:
    name: str
    kind: str
    geometry: dict[str, Any]
