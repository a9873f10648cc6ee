"""When a device comes off, what only it could tell closes as `not_worn`, and old places open nothing."""

from geofence.model import Change, Hours, Standing, TakenOff
from geofence.rules import walk
from scene import (
    ALWAYS,
    DEVICE,
    MINUTE_US,
    PERSON,
    POLICIES,
    a_fix,
    a_term,
    an_event,
    at,
    daily,
    words,
)
from tracking.model import EventKind

OUTSIDE = [a_fix(n, 500) for n in range(5)]
STRAP = an_event(4.5, EventKind.STRAP_OPEN)


def walked(*facts: walk.Fact, hours: Hours = ALWAYS, until: float) -> tuple[Standing, list[Change]]:
    terms = (a_term(hours=hours),)
    return walk.walk(walk.fresh(PERSON), facts, terms, policies=POLICIES, until_us=at(until))


def off(minutes: float, *, is_bare: bool = True) -> TakenOff:
    return TakenOff(PERSON, DEVICE, at(minutes), is_bare)


def test_open_breaches_close_as_not_worn() -> None:
    standing, changes = walked(*OUTSIDE, STRAP, off(6), until=60)
    assert words(changes) == "inclusion_left! strap! strap. inclusion_left."
    assert {c.evidence["reason"] for c in changes[2:]} == {"not_worn"}
    assert {c.at_us for c in changes[2:]} == {at(6)}
    assert standing.worn == ()
    assert standing.place is None


def test_with_another_device_on_only_what_it_said_itself_closes() -> None:
    _, changes = walked(*OUTSIDE, STRAP, off(6, is_bare=False), until=60)
    assert words(changes) == "inclusion_left! strap! strap."


def test_hours_that_begin_afterwards_find_nobody_outside() -> None:
    evening = daily(128, 240)  # two in the morning is minute 0: eight minutes later
    assert words(walked(*OUTSIDE, hours=evening, until=60)[1]) == "inclusion_left!"
    assert words(walked(*OUTSIDE, off(6), hours=evening, until=60)[1]) == ""


def test_the_next_device_begins_without_memory() -> None:
    back = [a_fix(10 + n, 0) for n in range(5)]
    standing, _ = walked(*OUTSIDE, off(6), *back, until=20)
    alone, _ = walked(*back, until=20)
    assert standing == alone
    assert standing.last is not None
    assert standing.last.taken_us == at(10) + 4 * MINUTE_US


def test_an_edit_to_come_does_not_change_how_an_ending_is_explained() -> None:
    """The hours are changed days later: what was closed before cites the condition of then."""
    whole = (a_term(),)
    edited = (a_term(until_us=at(5000)), a_term(since_us=at(5000), hours=daily(0, 60)))
    told = [
        walk.walk(walk.fresh(PERSON), [*OUTSIDE, off(6)], terms, policies=POLICIES)[1]
        for terms in (whole, edited)
    ]
    assert told[0] == told[1]
