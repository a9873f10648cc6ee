"""An alert is taken by one, noted by anybody, closed by the one who took it, and never goes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refusal
from core.model import PersonId, UserId
from geofence.model import Alert, AlertId, AlertState, BreachId, BreachKind, EntryKind, Outcome
from geofence.rules import alerts

NEW = Alert(AlertId(1), BreachId(1), PersonId(1), BreachKind.STRAP, severity=1, state=AlertState.NEW)
OFFICERS = st.sampled_from([UserId(7), UserId(8)])
COMMANDS = st.one_of(
    st.builds(alerts.Take, OFFICERS, st.none() | OFFICERS),
    st.builds(alerts.Note, OFFICERS, st.sampled_from(["", " ", "called home"])),
    st.builds(alerts.Close, OFFICERS, st.sampled_from(Outcome), st.just("seen")),
)
ORDER = [AlertState.NEW, AlertState.TAKEN, AlertState.CLOSED]


def words(alert: Alert, *commands: alerts.Command) -> str:
    """The walk as words: each entry, or the code of the refusal."""
    said = []
    for command in commands:
        try:
            alert, entries = alerts.answer(alert, command)
        except Refusal as refusal:
            said.append(refusal.code)
        else:
            said.append("+".join(entry.kind for entry in entries) or "nothing")
    return " ".join(said)


def test_a_whole_life() -> None:
    seven = UserId(7)
    life = words(
        NEW,
        alerts.Take(seven),
        alerts.Note(seven, "called"),
        alerts.Close(seven, Outcome.EXCUSE),
        alerts.Note(seven, "doctor's paper came"),
    )
    assert life == "taken noted closed noted"


def test_of_two_takers_the_second_is_refused_and_a_repeat_says_nothing() -> None:
    takes = [alerts.Take(UserId(7)), alerts.Take(UserId(8)), alerts.Take(UserId(7))]
    assert words(NEW, *takes) == "taken alert_already_taken nothing"


def test_who_relieves_the_taker_must_know_whom() -> None:
    seven, eight, nine = UserId(7), UserId(8), UserId(9)
    takes = [alerts.Take(seven), alerts.Take(nine, instead_of=eight), alerts.Take(eight, instead_of=seven)]
    assert words(NEW, *takes, alerts.Close(eight, Outcome.FALSE)) == "taken alert_already_taken taken closed"


def test_only_the_taker_closes() -> None:
    close = alerts.Close(UserId(8), Outcome.FALSE)
    assert words(NEW, close, alerts.Take(UserId(7)), close) == "alert_not_taken taken alert_already_taken"


@pytest.mark.parametrize(("text", "code"), [("  ", "note_missing"), ("x" * 4001, "note_too_long")])
def test_a_note_says_something_of_bearable_length(text: str, code: str) -> None:
    assert words(NEW, alerts.Note(UserId(7), text)) == code


@given(st.lists(COMMANDS, max_size=8))
def test_states_only_go_forward_and_every_entry_names_an_officer(commands: list[alerts.Command]) -> None:
    alert = NEW
    for command in commands:
        try:
            after, entries = alerts.answer(alert, command)
        except Refusal:
            continue
        assert ORDER.index(after.state) >= ORDER.index(alert.state)
        assert after.state is alert.state or all(entry.kind is not EntryKind.NOTED for entry in entries)
        assert all(entry.by == command.by for entry in entries)
        alert = after


@given(st.lists(COMMANDS, max_size=8))
def test_closed_means_by_the_taker_with_an_outcome(commands: list[alerts.Command]) -> None:
    alert, told = NEW, []
    for command in commands:
        try:
            alert, entries = alerts.answer(alert, command)
        except Refusal:
            continue
        told += entries
    closings = [entry for entry in told if entry.kind is EntryKind.CLOSED]
    assert (alert.state is AlertState.CLOSED) == (len(closings) == 1)
    assert all(entry.by == alert.taken_by and entry.outcome for entry in closings)
