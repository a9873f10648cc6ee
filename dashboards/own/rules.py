"""What the own page makes of what is stored: the charge reminder, the next duties, who looked. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from core.clock import HERE
from dashboards.own.model import Charge, Duty, Look
from geofence.policies import Policy
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


def looks(read: Iterable[tuple[datetime, str, str, str | None]]) -> list[Look]:
    """Moment, role, action and part of each reading: by day, profession and what was read; newest first."""
    found = Counter(
        (at.astimezone(HERE).date(), role, LOOKS[action])
        for at, role, action, part in read
        if action in LOOKS and part not in UNTOLD
    )
    listed = [Look(day, role, part, count) for (day, role, part), count in found.items()]
    return sorted(listed, key=lambda one: (-one.day.toordinal(), one.role, one.part))
