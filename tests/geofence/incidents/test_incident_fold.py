"""Cards are a pure fold: any order of alerts and entries gives the same ones, and none is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refusal
from core.model import PersonId, UserId
from geofence import protocols
from geofence.incidents import acts, rules
from geofence.incidents.model import CallOutcome, Duty, Fact, Incident, Told
from geofence.model import AlertId, AlertState, BreachKind, Entry, EntryKind, Outcome
from geofence.protocols import Level

KNOWN = protocols.known()
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SEVEN, EIGHT = UserId(7), UserId(8)


def minute(n: float) -> datetime:
    return NOON + timedelta(minutes=n)


def fact(
    number: int,
    kind: str = "curfew",
    *,
    at: float = 0,
    until: float | None = None,
    person: int = 1,
    severity: int = 2,
) -> Fact:
    ended_at = None if until is None else minute(until)
    return Fact(
        AlertId(number), PersonId(person), BreachKind(kind), severity, minute(at), minute(at), ended_at
    )


def told(number: int, alert: int, kind: str, *, at: float, by: UserId | None = SEVEN, **more: object) -> Told:
    return Told(AlertId(alert), minute(at), number, replace(Entry(EntryKind(kind), by), **more))  # type: ignore[arg-type]


def words(cards: list[Incident]) -> str:
    """`1+3 taken · 2 new`."""
    return " · ".join(f"{'+'.join(str(f.alert) for f in card.alerts)} {card.state}" for card in cards)


def folded(*facts: Fact, entries: tuple[Told, ...] = ()) -> list[Incident]:
    return rules.fold(facts, entries, KNOWN)


def test_one_walk_that_breaks_two_conditions_is_one_card() -> None:
    assert words(folded(fact(1), fact(2, "exclusion_entered", at=10))) == "1+2 new"


def test_people_never_share_a_card() -> None:
    assert words(folded(fact(1), fact(2, person=2))) == "1 new · 2 new"


def test_what_lies_too_far_apart_or_has_another_cause_is_another_card() -> None:
    long_over = fact(1, at=0, until=5)
    assert words(folded(long_over, fact(2, at=36))) == "1 new · 2 new"
    assert words(folded(long_over, fact(2, at=35))) == "1+2 new"
    assert words(folded(fact(1), fact(2, "battery", at=1))) == "1 new · 2 new"


def test_a_third_alert_joins_two_cards() -> None:
    apart = (fact(1, at=0, until=5), fact(2, at=60))
    assert words(folded(*apart)) == "1 new · 2 new"
    assert words(folded(*apart, fact(3, at=30, until=40))) == "1+3+2 new"


def test_what_is_closed_stays_closed_and_the_next_alert_is_a_card_of_its_own() -> None:
    closed = told(1, 1, "closed", at=20, outcome=Outcome.EXCUSE)
    assert words(folded(fact(1), fact(2, at=21), entries=(closed,))) == "1 closed · 2 new"
    assert words(folded(fact(1), fact(2, at=19), entries=(closed,))) == "1+2 new"


def test_an_owner_gets_what_comes_later_and_it_is_new() -> None:
    (card,) = folded(fact(1), fact(2, at=10), entries=(told(1, 1, "taken", at=2),))
    assert (card.owner, card.state, card.new) == (SEVEN, AlertState.TAKEN, (2,))
    assert card.due is not None
    assert (card.due.duty, card.due.at) == (Duty.TAKE, minute(15))


def test_deadlines_come_from_the_data() -> None:
    (new,) = folded(fact(1, severity=1, kind="strap"))
    (taken,) = folded(fact(1, severity=1, kind="strap"), entries=(told(1, 1, "taken", at=0.5),))
    assert new.due is not None
    assert taken.due is not None
    assert (new.due.at, taken.due.at) == (minute(1), minute(60))


def test_the_ladder_climbs_once_a_level_and_stops_when_somebody_took_it() -> None:
    (card,) = folded(fact(1, "strap", severity=1), fact(2, "case", severity=1))
    assert rules.to_tell(card, now=minute(0.5), rules=KNOWN) == []
    assert rules.to_tell(card, now=minute(6), rules=KNOWN) == [(1, Level.UNIT_HEAD), (1, Level.DUTY_CENTRE)]
    entries = (told(1, 1, "escalated", at=1, by=None, said="unit_head"),)
    (card,) = folded(fact(1, "strap", severity=1), fact(2, "case", severity=1), entries=entries)
    assert rules.to_tell(card, now=minute(6), rules=KNOWN) == [(1, Level.DUTY_CENTRE)]
    taken = (told(2, 1, "taken", at=2), told(3, 2, "taken", at=2))
    (card,) = folded(fact(1, "strap", severity=1), fact(2, "case", severity=1), entries=entries + taken)
    assert rules.to_tell(card, now=minute(6), rules=KNOWN) == []
    assert rules.to_tell(card, now=minute(60), rules=KNOWN) == [(1, Level.OVERSIGHT)]


def test_steps_of_all_kinds_stand_once_with_who_did_them() -> None:
    done = told(1, 1, "stepped", at=3, said="call_wearer")
    (card,) = folded(fact(1), fact(2, "exclusion_entered"), entries=(done,))
    found = {step.code: step.done for step in rules.steps(card, KNOWN)}
    assert found["call_wearer"] == done
    assert list(found).count("pursuit") == 1
    assert found["warn_protected"] is None


def test_a_card_that_grew_is_not_closed_unseen() -> None:
    mine = (told(1, 1, "taken", at=1),)
    (card,) = folded(fact(1), fact(2, at=5), entries=mine)
    with pytest.raises(acts.IncidentGrew):
        acts.close(card, SEVEN, outcome=Outcome.FALSE, text="", seen=1)
    assert len(acts.close(card, SEVEN, outcome=Outcome.FALSE, text="", seen=2)) == 2


KINDS = ("curfew", "exclusion_entered", "strap", "battery", "silent")
FACTS = st.lists(
    st.builds(
        lambda kind, at, lasts, person: (kind, at, lasts, person),
        st.sampled_from(KINDS),
        st.integers(0, 300),
        st.none() | st.integers(0, 60),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=8,
).map(
    lambda rows: [
        fact(n, kind, at=at, until=None if lasts is None else at + lasts, person=person)
        for n, (kind, at, lasts, person) in enumerate(rows, 1)
    ]
)
DEEDS = st.lists(
    st.tuples(
        st.integers(1, 8),
        st.sampled_from(["taken", "handed", "released", "noted", "closed"]),
        st.integers(0, 400),
        st.sampled_from([SEVEN, EIGHT]),
    ),
    max_size=12,
)


def entries_of(deeds: list[tuple[int, str, int, UserId]], facts: list[Fact]) -> list[Told]:
    found = []
    for number, (alert, kind, at, by) in enumerate(deeds):
        more = {"to": EIGHT} if kind == "handed" else {"outcome": Outcome.FALSE} if kind == "closed" else {}
        found.append(told(number, (alert - 1) % len(facts) + 1, kind, at=at, by=by, **more))
    return found


@settings(max_examples=60)
@given(FACTS, DEEDS, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_cards_and_every_alert_stands_on_one(
    facts: list[Fact], deeds: list[tuple[int, str, int, UserId]], random: Random
) -> None:
    entries = entries_of(deeds, facts)
    cards = rules.fold(facts, entries, KNOWN)
    mixed, said = random.sample(facts, len(facts)), random.sample(entries, len(entries))
    assert rules.fold(mixed, said, KNOWN) == cards
    assert sorted(f.alert for card in cards for f in card.alerts) == [f.alert for f in facts]
    assert sum(len(card.entries) for card in cards) == len(entries)
    assert all((card.state is AlertState.CLOSED) == (not card.open) == (card.due is None) for card in cards)


def deed(what: int, card: Incident, by: UserId) -> acts.Entries:
    if what == 0:
        return acts.take(card, by)
    if what == 1:
        return acts.hand(card, by, to=EIGHT)
    if what == 2:
        return acts.release(card, by)
    if what == 3:
        return acts.call(card, by, outcome=CallOutcome.REACHED, text="")
    if what == 4:
        return acts.note(card, by, text="x")
    return acts.close(card, by, outcome=Outcome.EXCUSE, text="", seen=card.seen)


@settings(max_examples=40)
@given(FACTS, st.lists(st.tuples(st.integers(0, 5), st.sampled_from([SEVEN, EIGHT])), max_size=10))
def test_acts_on_cards_lose_no_alert(facts: list[Fact], deeds: list[tuple[int, UserId]]) -> None:
    """Whatever officers do: an alert is closed only by a closing, and a card by the officer who has it."""
    entries: list[Told] = []
    for what, by in deeds:
        card = rules.fold(facts, entries, KNOWN)[0]
        try:
            made = deed(what, card, by)
        except Refusal:
            continue
        assert what != 5 or card.owner == by
        start = len(entries)
        entries += [Told(alert, minute(500 + start + n), start + n, e) for n, (alert, e) in enumerate(made)]
    closings = {one.alert for one in entries if one.entry.kind is EntryKind.CLOSED}
    left = {alert for card in rules.fold(facts, entries, KNOWN) for alert in card.open}
    assert left == {f.alert for f in facts} - closings
