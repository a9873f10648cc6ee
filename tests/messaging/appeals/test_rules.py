"""The clock and the state machine: golden days, and invariants that no order of commands breaks."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appeal_book import RECEIVED, Book
from core.clock import HERE
from core.errors import Refusal
from core.model import PersonId, UserId
from filed.appeals import draft
from messaging.appeals import danger, machine, rules, terms
from messaging.appeals.guards import GUARDS, Incomplete, SealedChannel
from messaging.appeals.model import (
    GRAVE,
    SEALED,
    Applicant,
    ApplicantKind,
    Desk,
    Kind,
    Regime,
    Side,
    State,
    Topic,
)

INMATE = Applicant(ApplicantKind.PERSON, person=PersonId(1))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("kind", "received", "registered", "due"),
    [
        (Kind.ARIZA, "2026-11-20T10:00", "2026-11-20", "2026-12-07"),  # the 5th is a Saturday
        (Kind.SHIKOYAT, "2026-11-20T18:01", "2026-11-23", "2026-12-07"),  # after hours on a Friday
        (Kind.ARIZA, "2026-11-23T09:00", "2026-11-23", "2026-12-09"),  # the 8th is a holiday
        (Kind.TAKLIF, "2026-01-31T09:00", "2026-02-02", "2026-03-02"),  # 31 January + a month, clamped
        (Kind.TAKLIF, "2028-01-31T09:00", "2028-01-31", "2028-02-29"),
    ],
)
def test_days_of_the_law_on_appeals(kind: Kind, received: str, registered: str, due: str) -> None:
    standing = Book(draft(kind=kind), at=at(received)).standing
    days = (standing.registered_on.isoformat(), standing.due_on.isoformat())
    assert days == (registered, due)
    assert standing.due_at == datetime.combine(standing.due_on + timedelta(days=1), datetime.min.time(), HERE)


def test_who_is_in_custody_comes_under_another_law_and_safety_under_hours() -> None:
    asked = draft(applicant=INMATE)
    assert rules.regime(asked) is Regime.CRIMINAL_EXECUTIVE
    safety = Book(draft(applicant=INMATE, topic=Topic.SAFETY))
    assert safety.appeal.regime is Regime.SAFETY_REQUEST
    assert safety.standing.due_at - RECEIVED == timedelta(hours=72)


def test_what_is_sealed_never_comes_here_and_what_is_spoken_needs_no_text() -> None:
    for channel in SEALED:
        with pytest.raises(SealedChannel):
            rules.refuse_draft(draft(channel=channel))
    spoken = draft(body=None, voice_sha256="ab" * 32)
    rules.refuse_draft(spoken)
    assert rules.digest(spoken) != rules.digest(draft(body=None, voice_sha256="cd" * 32))
    for unfit in (draft(body=" "), draft(voice_sha256="ab" * 32), draft(subject=" ")):
        with pytest.raises(Incomplete):
            rules.refuse_draft(unfit)


def test_further_study_gives_a_month_and_an_extension_one_more() -> None:
    book = Book()
    book.give("take")
    book.give("study", reason="ekspertiza")
    assert book.standing.due_on == date(2026, 12, 21)
    book.give("propose_extension", reason="kutilmoqda", until="2027-01-21")
    book.give("extend", by=2)
    assert book.standing.due_on == date(2027, 1, 21)


def test_a_proposal_that_needs_study_is_told_in_ten_days_and_forwarding_in_five() -> None:
    standing = Book(draft(kind=Kind.TAKLIF)).standing
    assert (standing.forward_due_on, standing.study_notice_due_on) == (date(2026, 11, 25), date(2026, 11, 30))


def test_the_ladder_has_its_moments() -> None:
    book = Book()
    found = {rung.name: rung.at for rung in terms.ladder(book.standing, book.law)}
    assert set(found) == {"half", "most", "last_day", "overdue", "long_overdue"}
    assert found["half"] < found["last_day"] < found["most"] < found["overdue"]
    assert found["last_day"] == at("2026-12-04T00:00")  # Friday before Monday the 7th
    assert found["overdue"] == at("2026-12-08T00:00")
    assert found["long_overdue"] == at("2026-12-13T00:00")


def test_a_step_is_told_once_and_an_extended_term_has_steps_of_its_own() -> None:
    book, late = Book(), at("2026-12-20T12:00")
    book.give("take")
    for rung in terms.due_rungs(book.standing, book.law, at=late):
        book.give("escalate", side=Side.SYSTEM, by=None, rung=terms.mark(rung, book.standing))
    assert terms.due_rungs(book.standing, book.law, at=late) == []
    assert terms.next_rung(book.standing, book.law) is None
    book.give("study", reason="x")
    again = terms.due_rungs(book.standing, book.law, at=late)
    assert [rung.name for rung in again] == ["half", "most", "last_day"]


@pytest.mark.parametrize(
    "text",
    [
        "Meni qiynoqqa solishmoqda",
        "мени дўппослашди",
        "QIYNOQQA",
        "oʻzimni oʻldirmoqchiman",
        "o'z joniga qasd",
        "они меня избили",
        "Ему угрожают",
        "he was beaten",
    ],
)
def test_danger_is_heard_in_every_script(text: str) -> None:
    assert danger.is_spoken_of(None, text)


@pytest.mark.parametrize("text", ["Uchrashuvga ruxsat bering", "прошу свидание с братом", "a parcel, please"])
def test_an_ordinary_request_is_no_alarm(text: str) -> None:
    assert not danger.is_spoken_of(text)


def test_the_table_names_only_guards_that_exist_and_states_that_can_be_reached() -> None:
    rows = machine.transitions().values()
    assert {name for row in rows for name in row.guards} <= set(GUARDS)
    assert {row.after for row in rows if row.after} == set(State) - {State.DRAFT}
    assert all(row.permission for row in rows if Side.STAFF in row.by and row.command != "submit")
    leaving = {row.command for row in rows if State.SUBMITTED in row.before}
    assert leaving == {"register"}


def values(command: str) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly complete ones."""
    full: dict[str, Any] = {
        "text": "matn",
        "reason": "sabab",
        "until": "2026-12-30",
        "ground": "anonymous",
        "handler": 2,
        "desk": "central",
        "body": "Namuna idorasi",
        "outcome": "granted",
        "grounds": "asos",
        "legal_basis": "modda",
        "contest": "sudga",
        "target": 7,
        "rung": "half:2026-12-07",
        "stars": 5,
    }
    needs = machine.transitions()[command].needs
    return st.sets(st.sampled_from(needs or ("text",)), max_size=1).flatmap(
        lambda gone: st.just({name: full[name] for name in needs if name not in gone or command != "answer"})
    )


DEEDS = st.sampled_from(sorted(set(machine.transitions()) - {"submit", "register"})).flatmap(
    lambda command: st.tuples(
        st.just(command),
        st.sampled_from([1, 1, 2]),
        st.sampled_from(sorted(machine.transitions()[command].by)),
        values(command),
    )
)
DRAFTS = st.builds(
    lambda kind, topic, applicant: draft(kind=kind, topic=topic, applicant=applicant),
    st.sampled_from(Kind),
    st.sampled_from([Topic.OTHER, Topic.TORTURE, Topic.SAFETY]),
    st.sampled_from([INMATE, Applicant(ApplicantKind.ANONYMOUS)]),
)


@settings(max_examples=80)
@given(DRAFTS, st.lists(DEEDS, min_size=5, max_size=30))
def test_no_order_of_commands_breaks_what_holds(drafted: Any, deeds: list[Any]) -> None:
    book = Book(drafted)
    for command, by, side, said in deeds:
        before = book.standing
        try:
            book.give(command, by=by if side is Side.STAFF else None, side=side, **said)
        except Refusal:
            assert book.standing == before
            continue
        holds(book, before, command=command, by=by, said=said)


def holds(book: Book, before: rules.Standing, *, command: str, by: int, said: dict[str, Any]) -> None:
    after, grave = book.standing, book.appeal.topic in GRAVE
    commands = [entry.command for entry in book.entries]
    assert commands[:2] == ["submit", "register"]
    assert after.received_at == RECEIVED
    assert after.registered_on == before.registered_on
    assert after.due_at >= before.due_at
    assert (after.due_at == before.due_at) or command in {"study", "extend"}
    assert commands.count("extend") <= 1
    assert before.ended_at is None or after.ended_at == before.ended_at
    late = RECEIVED + timedelta(days=400)
    assert after.is_overdue(late) == ((after.ended_at or late) > after.due_at)
    if command in {"extend", "leave"}:
        assert before.proposal is not None
        assert UserId(by) not in {before.handler, before.proposal.by}
        assert before.proposal.values.get("reason") or before.proposal.values.get("text")
    if command == "answer":
        assert all(said[name] for name in ("outcome", "text", "grounds", "legal_basis", "contest"))
    if after.state is State.WITHDRAWN and grave:
        assert "allow_withdrawal" in commands
    if book.appeal.regime is Regime.SAFETY_REQUEST:
        assert after.state is not State.LEFT
    if command == "forward":
        assert (after.desk, after.handler) == (Desk.CENTRAL, None)
