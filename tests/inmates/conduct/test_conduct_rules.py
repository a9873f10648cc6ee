"""Conduct without a database: what may be decided, and what the facts come to on a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import statutes
from core.auth import Role
from core.errors import Refusal
from core.model import PersonId, UserId
from inmates.conduct import rules, rules_dated
from inmates.conduct.model import (
    Decision,
    DecisionId,
    Document,
    Entry,
    EntryKind,
    Hearing,
    HearingId,
    IncentiveKind,
    Incident,
    IncidentId,
    IncidentKind,
    Measure,
    Member,
    Minutes,
    Proposal,
    Protocol,
    ProtocolId,
    Record,
    State,
)

LAW = statutes.load("conduct").on(date(2026, 11, 20))
AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAY = date(2026, 11, 20)
PAPER = Document("seen", "1", DAY)
SOMEBODY = UserId(1)
INCIDENT = Incident(IncidentId(1), PersonId(1), IncidentKind.FIGHT, AT, "block", "text", AT, SOMEBODY)
HEARING = Hearing(HearingId(1), IncidentId(1), AT, None, SOMEBODY)
DECISION = Decision(
    DecisionId(1),
    PersonId(1),
    IncidentId(1),
    HearingId(1),
    Measure.REPRIMAND,
    None,
    None,
    PAPER,
    AT,
    SOMEBODY,
    "law",
)
LAWS = {DECISION.law: LAW}
KEY = "sanction.reprimand.expires_after_months"
CELL = replace(DECISION, measure=Measure.DISCIPLINARY_CELL, days=15, begins_on=DAY)


def entry(kind: EntryKind, days: int) -> Entry:
    return Entry(DecisionId(1), kind, AT + timedelta(days=days), SOMEBODY, PAPER)


def a_record(decision: Decision | None = DECISION, *entries: Entry) -> Record:
    return Record([INCIDENT], [HEARING], [decision] if decision else [], list(entries), [], [])


def state(record: Record, days: int) -> str:
    held = rules.standing(record, DAY + timedelta(days=days), laws=LAWS).sanctions
    return f"{held[0].state} {held[0].days_left}" if held else "nothing"


@pytest.mark.parametrize(
    ("decision", "entries", "days", "expected"),
    [
        (DECISION, [], -1, "nothing"),
        (DECISION, [], 0, "in_force 365"),
        (DECISION, [], 364, "in_force 1"),
        (DECISION, [], 365, "expired 0"),
        (CELL, [], 0, "being_served 15"),
        (CELL, [], 14, "being_served 1"),
        (CELL, [], 15, "in_force 365"),
        (CELL, [entry(EntryKind.SERVED, 10)], 10, "in_force 365"),
        (CELL, [entry(EntryKind.SERVED, 20)], 15, "in_force 365"),
        (CELL, [entry(EntryKind.LIFTED, 3)], 2, "being_served 13"),
        (CELL, [entry(EntryKind.LIFTED, 3)], 3, "lifted 0"),
        (CELL, [entry(EntryKind.LIFTED, 3), entry(EntryKind.ANNULLED, 9)], 9, "annulled 0"),
        (DECISION, [entry(EntryKind.APPEALED, 2)], 3, "in_force 362"),
    ],
)
def test_a_sanction_runs_its_course(
    decision: Decision, entries: list[Entry], days: int, expected: str
) -> None:
    assert state(a_record(decision, *entries), days) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
    ],
)
def test_months_end_where_they_end(day: date, months: int, expected: date) -> None:
    assert rules.months_after(day, months) == expected


ENTRIES = st.lists(st.builds(entry, st.sampled_from(EntryKind), st.integers(0, 500)), max_size=5)


@given(ENTRIES, st.integers(0, 600), st.randoms())
def test_the_order_of_entries_does_not_matter(entries: list[Entry], days: int, shuffle: Any) -> None:
    other = list(entries)
    shuffle.shuffle(other)
    on = DAY + timedelta(days=days)
    mine, theirs = (rules.standing(a_record(CELL, *some), on, laws=LAWS) for some in (entries, other))
    assert mine.sanctions == theirs.sanctions
    assert mine.undecided == theirs.undecided


@given(ENTRIES, st.integers(0, 600))
def test_days_left_are_positive_exactly_while_in_force(entries: list[Entry], days: int) -> None:
    standing = rules.standing(a_record(CELL, *entries), DAY + timedelta(days=days), laws=LAWS)
    assert all((one.days_left > 0) == (one in standing.in_force) for one in standing.sanctions)


@given(ENTRIES, st.integers(0, 600))
def test_what_ended_stays_ended(entries: list[Entry], days: int) -> None:
    over = {State.EXPIRED, State.LIFTED, State.ANNULLED}
    record, on = a_record(CELL, *entries), DAY + timedelta(days=days)
    if rules.standing(record, on, laws=LAWS).sanctions[0].state in over:
        assert rules.standing(record, on + timedelta(days=1), laws=LAWS).sanctions[0].state in over


def test_an_annulled_decision_leaves_the_incident_undecided() -> None:
    annulled = a_record(DECISION, entry(EntryKind.ANNULLED, 1))
    assert not rules.standing(annulled, DAY, laws=LAWS).undecided
    assert rules.standing(annulled, DAY + timedelta(days=1), laws=LAWS).undecided == [INCIDENT]


REPRIMAND = Proposal(Measure.REPRIMAND, PAPER)


def refused(**changes: Any) -> str | None:
    given = {
        "proposal": REPRIMAND,
        "incident": INCIDENT,
        "hearing": HEARING,
        "earlier": None,
        "role": Role.UNIT_HEAD,
        "at": AT,
        "law": LAW,
    } | changes
    try:
        rules.refuse_decision(**given)
    except Refusal as refusal:
        return refusal.code
    return None


def cell(days: int | None, begins_on: date | None = DAY) -> Proposal:
    return Proposal(Measure.DISCIPLINARY_CELL, PAPER, days, begins_on)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"hearing": None}, "not_heard"),
        ({"earlier": DECISION}, "decided_already"),
        ({"role": Role.ADMINISTRATOR}, "wrong_decider"),
        ({"at": AT + timedelta(days=10)}, None),
        ({"at": AT + timedelta(days=10, seconds=1)}, "sanction_too_late"),
        ({"at": AT - timedelta(seconds=1)}, "conduct_out_of_order"),
        ({"proposal": cell(15)}, None),
        ({"proposal": cell(16)}, "sanction_days"),
        ({"proposal": cell(None)}, "sanction_days"),
        ({"proposal": cell(5, None)}, "sanction_days"),
        ({"proposal": cell(5, DAY - timedelta(days=1))}, "conduct_out_of_order"),
        ({"proposal": Proposal(Measure.WARNING, PAPER, 1, DAY)}, "sanction_days"),
        ({"proposal": Proposal(Measure.NONE, PAPER), "at": AT + timedelta(days=40)}, None),
        ({"proposal": Proposal(Measure.NONE, PAPER), "role": Role.ADMINISTRATOR}, "wrong_decider"),
        ({"incident": replace(INCIDENT, kind=IncidentKind.REFUSAL_OF_FOOD)}, "not_punishable"),
        ({"incident": replace(INCIDENT, kind=IncidentKind.SELF_HARM)}, "not_punishable"),
        ({"incident": replace(INCIDENT, kind=IncidentKind.USE_OF_FORCE)}, "not_punishable"),
    ],
)
def test_what_stands_against_a_sanction(changes: dict[str, Any], code: str | None) -> None:
    assert refused(**changes) == code


def members(staff: int, public: int) -> list[Member]:
    named = [Member(f"S{n}", is_public=False) for n in range(staff)]
    return named + [Member(f"P{n}", is_public=True) for n in range(public)]


@pytest.mark.parametrize(("staff", "public", "fits"), [(7, 1, True), (8, 0, False), (6, 1, False)])
def test_the_commission_has_eight_and_the_public(staff: int, public: int, *, fits: bool) -> None:
    if fits:
        rules.refuse_commission(members(staff, public), law=LAW)
    else:
        with pytest.raises(rules.CommissionTooSmall):
            rules.refuse_commission(members(staff, public), law=LAW)


def test_nobody_sits_twice_in_the_commission() -> None:
    twice = [*members(6, 1), Member("s0 ", is_public=True)]
    with pytest.raises(rules.CommissionTooSmall):
        rules.refuse_commission(twice, law=LAW)


def finding(*, is_correcting: bool) -> Protocol:
    return Protocol(ProtocolId(1), PersonId(1), Minutes("1", DAY, is_correcting, members(7, 1)), SOMEBODY)


@pytest.mark.parametrize(
    ("kind", "found", "fits"),
    [
        (IncentiveKind.THANKS, None, True),
        (IncentiveKind.EXTRA_VISIT, None, False),
        (IncentiveKind.EXTRA_VISIT, finding(is_correcting=False), False),
        (IncentiveKind.EXTRA_VISIT, finding(is_correcting=True), True),
    ],
)
def test_since_2023_incentives_depend_on_the_finding(
    kind: IncentiveKind, found: Protocol | None, *, fits: bool
) -> None:
    before = statutes.load("conduct").on(date(2022, 1, 1))
    given = {"role": Role.UNIT_HEAD, "lifted": None, "finding": found}
    rules.refuse_incentive(kind, law=before, **given)
    if fits:
        rules.refuse_incentive(kind, law=LAW, **given)
    else:
        with pytest.raises(rules.NoFinding):
            rules.refuse_incentive(kind, law=LAW, **given)


def test_every_kind_has_its_rules_today() -> None:
    for kind in IncidentKind:
        rules.notices(kind, law=LAW)
        assert LAW.text(f"incident.{kind}.punishable") in {"yes", "no"}
    for measure in set(Measure) - {Measure.NONE}:
        assert LAW.whole(f"sanction.{measure}.expires_after_months") > 0
        assert all(Role(name) for name in LAW.text(f"sanction.{measure}.decided_by").split())
    for incentive in IncentiveKind:
        assert LAW.text(f"incentive.{incentive}.path_of_correction") in {"yes", "no"}


def test_food_refused_is_told_to_oversight_and_doctor() -> None:
    assert set(rules.notices(IncidentKind.REFUSAL_OF_FOOD, law=LAW)) == {Role.OVERSIGHT, Role.DOCTOR}


def test_a_sanction_expires_by_the_law_it_was_decided_under() -> None:
    later = replace(LAW, rules=LAW.rules | {KEY: replace(LAW.rules[KEY], value="24")})
    laws, other = LAWS | {"later": later}, replace(DECISION, id=DecisionId(2), law="later")
    record = replace(a_record(), decisions=[DECISION, other])
    found = rules.standing(record, DAY + timedelta(days=400), laws=laws).sanctions
    assert [one.state for one in found] == [State.EXPIRED, State.IN_FORCE]


def test_an_annulment_asks_for_a_decision_anew() -> None:
    annulled = entry(EntryKind.ANNULLED, 3)
    found = [one for one in rules_dated.dated(PersonId(1), a_record(DECISION, annulled)) if one.subject == 1]
    assert [(one.kind, one.at) for one in found if one.kind == "incident_reported"] == [
        ("incident_reported", AT),
        ("incident_reported", annulled.at),
    ]
