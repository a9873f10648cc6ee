"""Silence and talk without a place, by the clock, outside the platform's own blind times."""

import json

from hypothesis import given
from hypothesis import strategies as st

from geofence.rules.contact import Contact, judge
from scene import DEVICE, PERSON, POLICY, at, words

SILENT_MIN = POLICY.silent_s / 60
PLACELESS_MIN = POLICY.no_location_s / 60


def contact(heard: float, located: float, **more: int) -> Contact:
    return Contact(PERSON, DEVICE, at(heard), at(located), **more)


def said(heard: Contact, now: float, *blind: tuple[float, float]) -> str:
    return words(judge(heard, blind=[(at(a), at(b)) for a, b in blind], now_us=at(now), policy=POLICY)[1])


def test_silence_begins_when_the_time_is_over_and_not_when_it_is_noticed() -> None:
    assert said(contact(0, 0), SILENT_MIN - 0.1) == ""
    _, changes = judge(contact(0, 0), blind=(), now_us=at(500), policy=POLICY)
    assert words(changes) == "silent!"
    assert (changes[0].at_us, changes[0].opened_us) == (at(SILENT_MIN), at(SILENT_MIN))


def test_talk_without_a_place() -> None:
    assert said(contact(PLACELESS_MIN - 1, 0), PLACELESS_MIN - 0.1) == ""
    assert said(contact(PLACELESS_MIN - 1, 0), PLACELESS_MIN) == "no_location!"


def test_who_is_silent_is_not_blamed_for_having_no_place() -> None:
    assert said(contact(0, -500), 500) == "silent!"


def test_heard_again_and_located_again() -> None:
    silent, _ = judge(contact(0, 0), blind=(), now_us=at(60), policy=POLICY)
    heard = Contact(PERSON, DEVICE, at(61), at(0), silent.silent_us, silent.no_location_us)
    heard, changes = judge(heard, blind=(), now_us=at(61), policy=POLICY)
    assert words(changes) == "silent. no_location!"
    located = Contact(PERSON, DEVICE, at(62), at(62), heard.silent_us, heard.no_location_us)
    assert said(located, 62) == "no_location."


def test_the_platforms_own_blindness_is_not_silence() -> None:
    assert said(contact(0, 0), SILENT_MIN + 59, (1, 61)) == ""
    assert said(contact(0, 0), SILENT_MIN + 60, (1, 61)) == "silent!"
    assert said(contact(0, 0), SILENT_MIN, (-60, -1)) == "silent!"


def test_evidence_is_plain() -> None:
    _, changes = judge(contact(0, 0), blind=(), now_us=at(500), policy=POLICY)
    assert json.loads(json.dumps(changes[0].evidence)) == changes[0].evidence


@given(st.lists(st.integers(0, 2000), max_size=30), st.integers(0, 2000))
def test_asking_often_changes_nothing(asked: list[int], end: int) -> None:
    once, changes = judge(contact(0, 0), blind=((at(3), at(9)),), now_us=at(end), policy=POLICY)
    often, found = contact(0, 0), []
    for minute in [*sorted(m for m in asked if m <= end), end]:
        often, more = judge(often, blind=((at(3), at(9)),), now_us=at(minute), policy=POLICY)
        found += more
    assert (often, found) == (once, changes)
