"""Which consequences hold, and what is the state of an appointment: folds of what doctors wrote."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from inmates.health.model import Appointment, Attendance, Consequence, Limit


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment and the note about it that counts."""

    appointment: Appointment
    attendance: Attendance | None
    is_overdue: bool
    """Its time has passed and nobody has noted what came of it."""


def standing(consequences: Collection[Consequence]) -> list[Consequence]:
    """Those that no later decision replaced."""
    replaced = {one.replaces for one in consequences if one.replaces is not None}
    return [one for one in consequences if one.id not in replaced]


def in_force(consequences: Collection[Consequence], at: datetime) -> list[Consequence]:
    return [
        one
        for one in standing(consequences)
        if one.starts_at <= at and (one.ends_at is None or at < one.ends_at)
    ]


def is_possible(limit: Limit) -> bool:
    """It may end when it begins: so one is taken back as if it had never been."""
    return limit.ends_at is None or limit.ends_at >= limit.starts_at


def kept(
    appointments: Iterable[Appointment], attendances: Collection[Attendance], *, now: datetime
) -> list[Kept]:
    """The next ones first, then those that are over, newest first."""
    replaced = {one.replaces for one in attendances if one.replaces is not None}
    counting = {one.appointment_id: one for one in attendances if one.id not in replaced}
    found = [_kept(one, counting.get(one.id), now=now) for one in appointments]
    ahead = sorted((k for k in found if k.attendance is None), key=lambda k: k.appointment.due_at)
    over = (k for k in found if k.attendance is not None)
    return ahead + sorted(over, key=lambda k: k.appointment.due_at, reverse=True)


def _kept(appointment: Appointment, attendance: Attendance | None, *, now: datetime) -> Kept:
    return Kept(appointment, attendance, attendance is None and appointment.due_at < now)
