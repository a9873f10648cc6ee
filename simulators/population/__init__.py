"""A made-up population in custody and under probation: clearly fake, and the same for the same seed.

`people.Maker` makes them, `app.records` writes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inmates.identity.model import Identity
from simulators.population.institutions import Institution

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody made up, where they stay and since when."""

    id: int
    """Of the person, as it stands in the database."""
    number: str
    identity: Identity
    institution: Institution
    since: datetime
