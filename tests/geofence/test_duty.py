"""A checkpoint holds under other terms if, and only if, they differ in what was still to come."""

from dataclasses import replace
from datetime import date

import pytest

from geofence.model import Absence, DayException, TakenOff, Terms
from geofence.rules.duty import Duty
from scene import DEVICE, PERSON, a_term, at, daily

HOME = a_term(hours=daily(600, 900), since_us=at(-100))
NOW = at(0)


def past(*terms: object, off: float | None = None) -> bytes:
    offs = () if off is None else (TakenOff(PERSON, DEVICE, at(off), is_bare=True),)
    listed: Terms = terms  # type: ignore[assignment]
    return Duty(listed, offs).past(NOW)


def excused(since: float, until: float) -> object:
    return replace(HOME, absences=(Absence(at(since), at(until)),))


TO_COME = {
    "a new condition": (HOME, a_term(since_us=at(1))),
    "an end": (replace(HOME, until_us=at(1)),),
    "an absence": (excused(1, 2),),
    "a free day": (replace(HOME, hours=replace(HOME.hours, exceptions=(DayException(date(2026, 6, 2)),))),),
}
BEEN = {
    "a condition": (HOME, a_term(since_us=at(-1))),
    "an end": (replace(HOME, until_us=at(-1)),),
    "an end now": (replace(HOME, until_us=NOW),),
    "an absence": (excused(-2, -1),),
    "an absence that lasts": (excused(-2, 2),),
    "another shape": (replace(HOME, zone_version=2),),
    "other hours": (replace(HOME, hours=daily(600, 901)),),
    "a free day": (replace(HOME, hours=replace(HOME.hours, exceptions=(DayException(date(2026, 6, 1)),))),),
    "nothing": (),
}


@pytest.mark.parametrize("edit", TO_COME)
def test_what_is_to_come_changes_no_past(edit: str) -> None:
    assert past(*TO_COME[edit]) == past(HOME)


@pytest.mark.parametrize("edit", BEEN)
def test_what_has_been_does(edit: str) -> None:
    assert past(*BEEN[edit]) != past(HOME)


def test_when_an_absence_ends_counts_once_it_has_ended() -> None:
    assert past(excused(-2, 2)) == past(excused(-2, 3))
    assert past(excused(-2, -1)) != past(excused(-2, 0))


def test_a_device_taken_off() -> None:
    assert past(HOME, off=1) == past(HOME) != past(HOME, off=-1)
