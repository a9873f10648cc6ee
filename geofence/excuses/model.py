"""An alert as the person whom it is about sees it."""

from dataclasses import dataclass
from datetime import datetime

from geofence.model import AlertId, BreachKind, Outcome


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened, until when it may be explained, and what came of it."""

    alert: AlertId
    kind: BreachKind
    opened_at: datetime
    ended_at: datetime | None
    raised_at: datetime
    said: str | None
    """The person's own words; none: nothing was said."""
    said_at: datetime | None
    outcome: Outcome | None
    """The officer's; none: not decided."""
