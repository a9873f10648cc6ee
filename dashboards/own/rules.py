"""What the own page makes of what is stored: the charge reminder, the next duties, who looked. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Final

from core.clock import HERE
from core.times import from_us, to_us
from dashboards.own.model import Bound, Charge, Duty, Look, Week
from geofence.model import DayException, Hours, Window
from geofence.policies import Policy
from geofence.rules import hours as keeping
from geofence.store.drawn import Condition
from inmates.supervision.kinds import RegistrationState
from inmates.supervision.model import Obligation, Registration

LOOKS: Final = {
    "person:read": "file",
    "order:read": "supervision",
    "track:read": "track",
    "custody:read": "file",
    "sentence:read": "file",
    "conduct:read": "file",
    "education:read": "file",
    "work:read": "file",
    "health:read": "health",
    "psychology:read": "health",
    "duty:read": "file",
}
"""Readings that are told, and as what. Not told: searches under a court act, evidence, flags, oversight,
exports: to know of them could defeat what they are for."""
UNTOLD: Final = frozenset({"nearby"})
"""Parts of a told reading that are not told."""


def charge(battery: int | None, *, is_flat: bool, policy: Policy) -> Charge:
    """A breach of charging that goes on says more than the last number."""
    if is_flat:
        return Charge.NOW
    if battery is None:
        return Charge.UNKNOWN
    if battery <= policy.battery_low_percent:
        return Charge.NOW
    return Charge.SOON if battery < policy.battery_good_percent else Charge.GOOD


def duty(now: Obligation, registrations: Sequence[Registration], *, today: date) -> Duty:
    """The next registration; one that was missed stands before it."""
    missed = [one.due_on for one in registrations if one.state is RegistrationState.MISSED]
    coming = [
        one.due_on for one in registrations if one.state is RegistrationState.DUE and one.due_on >= today
    ]
    return Duty(now, min(coming, default=None), bool(missed))


def bound(one: Condition, *, now: datetime) -> Bound:
    """As the engine reads the hours; leave comes before them."""
    hours, now_us = Hours(tuple(one.windows), _exceptions(one)), to_us(now)
    change = keeping.next_change(hours, now_us)
    away = max((a.ends_at for a in one.absences if a.begins_at <= now < a.ends_at), default=None)
    is_held = keeping.in_force(hours, now_us) and away is None
    changes_at = from_us(change) if change is not None else None
    return Bound(one, weeks(one.windows), is_held, changes_at, away)


def _exceptions(one: Condition) -> tuple[DayException, ...]:
    found: dict[date, list[tuple[int, int]]] = {}
    for day in one.exceptions:
        windows = found.setdefault(day.on_date, [])
        if day.starts is not None and day.ends is not None:
            windows.append((day.starts, day.ends))
    return tuple(DayException(on, tuple(windows)) for on, windows in found.items())


def weeks(windows: Sequence[Window]) -> list[Week]:
    """Of no windows at all none: then it always holds."""
    days = [(day, tuple((w.starts, w.ends) for w in windows if w.weekday == day)) for day in range(7)]
    rows = [list(group) for _, group in groupby(days, key=lambda one: one[1])] if windows else []
    return [Week(group[0][0], group[-1][0], group[0][1]) for group in rows]


def looks(read: Iterable[tuple[datetime, str, str, str | None]]) -> list[Look]:
    """Moment, role, action and part of each reading: by day, profession and what was read; newest first."""
    found = Counter(
        (at.astimezone(HERE).date(), role, LOOKS[action])
        for at, role, action, part in read
        if action in LOOKS and part not in UNTOLD
    )
    listed = [Look(day, role, part, count) for (day, role, part), count in found.items()]
    return sorted(listed, key=lambda one: (-one.day.toordinal(), one.role, one.part))
