"""A made-up population in custody and under probation: clearly fake, and the same for the same seed.

`people.Maker` makes them; each topic adds a `Chapter` here, whose rows `app.records` writes behind
the person's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final, Protocol

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


class Chapter(Protocol):
    """What one topic adds to the record of each person."""

    tables: Mapping[str, tuple[str, ...]]
    """Columns by table, in the order in which they are written: what others refer to comes first."""

    def rows(self, held: Held, random: Random) -> Iterable[tuple[str, Row]]:
        """(table, row). Ids that rows of one person need among themselves: `held.id * 1000 + n`."""
        ...


CHAPTERS: Final[tuple[Chapter, ...]] = ()
