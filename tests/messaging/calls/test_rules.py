"""What events of a call come to, when it is open, what a lawyer's booking needs, and passwords of TURN."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from hmac import digest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.model import PersonId
from core.seats import Party
from inmates.entitlements.model import Thing
from messaging.calls import rules
from messaging.calls.model import Call, CallId, Event, EventKind, Ice, Kind, Server, Standing, State
from messaging.calls.service import booking
from messaging.relatives.contact.model import VisitId

NOON = datetime(2026, 11, 20, 7, tzinfo=UTC)
END = NOON + timedelta(minutes=15)
LAW = booking.law(NOON)
KINDS = {"j": EventKind.JOINED, "c": EventKind.CONNECTED, "l": EventKind.LEFT}
STAFF = {"end": EventKind.ENDED, "off": EventKind.CANCELLED}


def call(*, is_visit_off: bool = False) -> Call:
    return Call(
        CallId(1),
        Kind.KIN,
        PersonId(1),
        NOON,
        END,
        VisitId(1),
        Thing.CALL,
        None,
        "",
        None,
        None,
        is_visit_off,
    )


def events(words: str) -> list[Event]:
    """`oj0 ic5`: outside joins at second 0, inside is connected at second 5; `end9`, `off0`: the staff."""
    found = []
    for word in words.split():
        name, second = word.rstrip("0123456789"), int(word.lstrip("abcdefghijklmnopqrstuvwxyz"))
        at = NOON + timedelta(seconds=second)
        if name in STAFF:
            found.append(Event(STAFF[name], None, at))
        else:
            party = Party.OUTSIDE if name[0] == "o" else Party.INSIDE
            found.append(Event(KINDS[name[1]], party, at))
    return found


def folded(words: str, second: int, *, is_visit_off: bool = False) -> Standing:
    now = NOON + timedelta(seconds=second)
    return rules.fold(call(is_visit_off=is_visit_off), events(words), now=now)


@pytest.mark.parametrize(
    ("words", "second", "state", "seconds"),
    [
        ("", 0, State.BOOKED, 0),
        ("", 900, State.MISSED, 0),
        ("oj0", 10, State.WAITING, 0),
        ("oj0 ij1 oc3", 10, State.WAITING, 0),
        ("oj0 ij1 oc3 ic4", 10, State.TALKING, 6),
        ("oj0 ij1 oc3 ic4 oc5 ic6", 10, State.TALKING, 6),
        ("oj0 ij1 oc3 ic4 ol9", 20, State.WAITING, 5),
        ("oj0 ij1 oc3 ic4 ol9 il9", 20, State.BOOKED, 5),
        ("oj0 ij1 oc3 ic4 ol9 oj11 oc12 ic12", 20, State.TALKING, 13),
        ("oj0 ij1 oc3 ic4", 5000, State.KEPT, 896),
        ("oj0 ij1 oc3 ic4 end60 ol60 il60", 70, State.KEPT, 56),
        ("oj0 ij1 oc3 ic4 oj8", 20, State.WAITING, 4),
        ("off0", 10, State.CANCELLED, 0),
        ("oj0 end9", 10, State.CANCELLED, 0),
    ],
)
def test_a_call_counts_from_the_second_report_until_either_goes(
    words: str, second: int, state: State, seconds: int
) -> None:
    found = folded(words, second)
    assert (found.state, found.seconds) == (state, seconds)


def test_what_the_relative_called_off_is_off() -> None:
    assert folded("", 10, is_visit_off=True).state is State.CANCELLED


WORDS = st.lists(st.sampled_from(["oj", "oc", "ol", "ij", "ic", "il"]), max_size=30)


@settings(max_examples=60)
@given(WORDS, st.integers(0, 2000))
def test_no_call_lasts_longer_than_it_was_booked_and_repeating_reports_changes_nothing(
    names: list[str], second: int
) -> None:
    said = " ".join(f"{name}{n * 40}" for n, name in enumerate(names))
    twice = " ".join(f"{name}{n * 40} {name}{n * 40}" for n, name in enumerate(names))
    once = folded(said, second)
    assert once == folded(twice, second)
    assert 0 <= once.seconds <= min(second, 900)
    assert (once.connected_at is None) <= (once.seconds == 0)


@pytest.mark.parametrize(
    ("second", "words", "is_open"),
    [
        (-301, "", False),
        (-300, "", True),
        (0, "", True),
        (899, "", True),
        (900, "", False),
        (10, "off0", False),
        (10, "oj0 ij0 oc1 ic2 end5", False),
        (10, "oj0 ij0 oc1 ic2 ol5", True),
    ],
)
def test_a_call_is_open_shortly_before_its_hour_until_its_end(
    second: int, words: str, *, is_open: bool
) -> None:
    now = NOON + timedelta(seconds=second)
    assert rules.is_open(call(), folded(words, second), law=LAW, now=now) is is_open


HOUR = (NOON + timedelta(hours=1), NOON + timedelta(hours=2))


@pytest.mark.parametrize(
    ("begins", "minutes", "refusal"),
    [
        (timedelta(hours=2), 60, None),
        (timedelta(minutes=30), 30, None),
        (timedelta(minutes=30), 31, rules.CallOverlaps),
        (timedelta(hours=1, minutes=59), 5, rules.CallOverlaps),
        (timedelta(0), 30, rules.CallMomentWrong),
        (timedelta(days=91), 30, rules.CallMomentWrong),
        (timedelta(hours=3), 121, rules.CallTooLong),
    ],
)
def test_a_lawyers_call_lies_ahead_alone_and_is_not_endless(
    begins: timedelta, minutes: int, refusal: type[Refusal] | None
) -> None:
    def check() -> datetime:
        return rules.check_legal(NOON + begins, minutes, others=[HOUR], law=LAW, now=NOON)

    if refusal is None:
        assert check() == NOON + begins + timedelta(minutes=minutes)
    else:
        with pytest.raises(refusal):
            check()


def test_a_turn_server_gets_passwords_that_end_with_the_call_and_none_is_there_by_itself() -> None:
    assert rules.servers(Ice(), name="1-inside", until=END) == []
    ice = Ice([Server(["stun:turn.test"], ""), Server(["turn:turn.test"], "s3cret")])
    plain, paid = rules.servers(ice, name="1-inside", until=END)
    assert plain == {"urls": ["stun:turn.test"]}
    user = f"{int(END.timestamp())}:1-inside"
    assert paid["username"] == user
    assert b64decode(str(paid["credential"])) == digest(b"s3cret", user.encode(), sha1)
