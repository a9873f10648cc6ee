"""What the screens show: people with their state, alerts as cards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geofence.model import BreachKind

Seen = frozenset[int] | None
"""The people one may see; None: all."""


class PersonState(StrEnum):
    """One word for a person, the gravest that holds."""

    BREACH = "breach"
    SILENT = "silent"
    BATTERY = "battery"
    ORDER = "order"


QUIET_KINDS = frozenset({BreachKind.SILENT, BreachKind.NO_LOCATION})
BATTERY_KINDS = frozenset({BreachKind.BATTERY, BreachKind.UNCHARGED})


def state_of(kinds: Collection[str]) -> PersonState:
    """The state of a person with breaches of these kinds open."""
    if set(kinds) - QUIET_KINDS - BATTERY_KINDS:
        return PersonState.BREACH
    if QUIET_KINDS & set(kinds):
        return PersonState.SILENT
    return PersonState.BATTERY if kinds else PersonState.ORDER


@dataclass(frozen=True, slots=True)
class Watched:
    """One person on the live map."""

    id: int
    name: str
    number: str
    state: PersonState
    contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """An alert as lists show it."""

    id: int
    person_id: int
    person_name: str
    kind: str
    severity: int
    state: str
    raised_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    annulled_at: datetime | None
    is_late: bool
    taken_by_name: str | None
    zone_name: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a long list, and what lies on the others: nothing is out of reach."""

    total: int
    number: int
    """From 1; where there are no longer so many, the last."""
    most: int

    @classmethod
    def of(cls, total: int, *, asked: int, most: int) -> "Sheet":
        return cls(total, min(asked, max(1, -(-total // most))), most)

    @property
    def skipped(self) -> int:
        return (self.number - 1) * self.most

    @property
    def last(self) -> int:
        """The place of the last one here among all."""
        return min(self.total, self.skipped + self.most)

    @property
    def rest(self) -> int:
        return self.total - self.last
