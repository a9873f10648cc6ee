"""One search as it was asked and answered; nothing of it changes afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from core.geo import LonLat
from core.model import DeviceId, PersonId, UserId

SearchId = NewType("SearchId", int)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of a court act: whose device was within a circle during a time?"""

    place: LonLat
    radius_m: float
    since: datetime
    until: datetime
    order_number: str
    reason: str
    least: float
    """Below this probability nobody was named."""


@dataclass(frozen=True, slots=True)
class Named:
    """A device that was probably there, with the fix that says so most clearly."""

    person: PersonId
    device: DeviceId
    sequence: int
    taken_at: datetime
    distance_m: float
    accuracy_m: float
    is_assumed: bool
    confidence: float
    fixes: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    id: SearchId
    made_at: datetime
    made_by: UserId
    shown_as: str
    asked: Asked
    policy: str
    """The error model that weighed the fixes."""
    algorithm: str
    """Version and digest of the program that did."""
    found: int
    """People named, also those whom a later reader may not see."""
    named: Sequence[Named] = ()
    """Of the reader's people; empty in lists."""
