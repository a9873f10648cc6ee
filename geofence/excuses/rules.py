"""Which alerts their person is shown and may explain, and until when. Pure."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from core.clock import HERE, local_day
from core.errors import Conflict, Invalid
from core.statutes import RuleSet
from geofence.excuses.model import Happened
from geofence.model import BreachKind, Outcome

LONGEST: Final = 2000
SHOWN: Final = frozenset(
    {
        BreachKind.CURFEW,
        BreachKind.INCLUSION_LEFT,
        BreachKind.BOUNDARY_LEFT,
        BreachKind.BATTERY,
        BreachKind.UNCHARGED,
        BreachKind.SILENT,
        BreachKind.NO_LOCATION,
        BreachKind.STRAP,
        BreachKind.CASE,
    }
)
"""Not shown: what would say where a protected person is, and how tricks with the device are noticed."""


class ExcuseMissing(Invalid):
    code: ClassVar[str] = "excuse_missing"


class ExcuseLate(Conflict):
    code: ClassVar[str] = "excuse_late"


class ExcuseGiven(Conflict):
    """It was explained: once, so that nobody's words are replaced."""

    code: ClassVar[str] = "excuse_given"


def due(raised_at: datetime, law: RuleSet) -> datetime:
    """The end of the last of so many days after the day of the alert."""
    last = raised_at.astimezone(HERE).date() + timedelta(days=law.whole("excuse.days"))
    return local_day(last)[1]


def may_explain(one: Happened, law: RuleSet, *, now: datetime) -> bool:
    """What was decided in the person's favour needs no explanation."""
    is_asked = one.outcome in {None, Outcome.VIOLATION}
    return is_asked and one.said is None and now < due(one.raised_at, law)


def checked(one: Happened, text: str, law: RuleSet, *, now: datetime) -> str:
    """The words, trimmed."""
    if one.said is not None:
        raise ExcuseGiven
    if now >= due(one.raised_at, law):
        raise ExcuseLate
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise ExcuseMissing(most=LONGEST)
    return words
