"""The fold of movements: golden sequences, refusals, and any order of entry."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refusal
from inmates.custody.model import (
    Commitment,
    EpisodeId,
    EpisodeKind,
    InstitutionId,
    Kind,
    Movement,
    MovementId,
    Regime,
    Span,
    Stay,
)
from inmates.custody.rules import movements as rules

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUSED = {Kind.ADMISSION, Kind.TRANSFER}


def move(hours: int, kind: str, where: int | None = None, *, episode: int = 1, replaces: int = 0) -> Movement:
    """Its number is its hour, so that a correction can name it."""
    at = START + timedelta(hours=hours)
    ident = MovementId(hours * 10 + (5 if replaces else 0))
    housed = Kind(kind) in HOUSED
    return Movement(
        ident,
        EpisodeId(episode),
        Kind(kind),
        at,
        InstitutionId(where or 1) if housed else None,
        Regime.ORDINARY if housed or kind == "regime" else None,
        "",
        MovementId(replaces) if replaces else None,
    )


def story(words: str) -> list[Movement]:
    """`admission:1 court court_return transfer:2`, an hour apart."""
    made = []
    for hour, word in enumerate(words.split(), 1):
        kind, _, where = word.partition(":")
        made.append(move(hour, kind, int(where) if where else None))
    return made


def told(spans: tuple[Span, ...]) -> str:
    return " ".join(f"{span.standing.state}@{span.standing.institution_id}" for span in spans)


def stayed(stays: list[Stay]) -> list[tuple[int, float, float | None]]:
    def hours(at: datetime | None) -> float | None:
        return None if at is None else (at - START) / timedelta(hours=1)

    return [(stay.institution_id, hours(stay.begins_at) or 0, hours(stay.ends_at)) for stay in stays]


@pytest.mark.parametrize(
    ("words", "states", "stays"),
    [
        ("admission:1", "present@1", [(1, 1, None)]),
        (
            "admission:1 court court_return hospital hospital_return release",
            "present@1 at_court@1 present@1 in_hospital@1 present@1 released@1",
            [(1, 1, 6)],
        ),
        ("admission:1 transfer:2 release", "present@1 present@2 released@2", [(1, 1, 2), (2, 2, 3)]),
        ("admission:1 court release", "present@1 at_court@1 released@1", [(1, 1, 3)]),
        (
            "admission:1 hospital escape recapture transfer:3 death",
            "present@1 in_hospital@1 escaped@1 present@1 present@3 dead@3",
            [(1, 1, 5), (3, 5, 6)],
        ),
        ("admission:1 escape death", "present@1 escaped@1 dead@1", [(1, 1, 3)]),
        ("admission:4 regime transfer:1 transfer:4", "present@4 present@4 present@1 present@4", None),
    ],
)
def test_a_life_inside_is_told(words: str, states: str, stays: list[tuple[int, float, float]] | None) -> None:
    spans = rules.fold(story(words))
    assert told(spans) == states
    if stays is not None:
        assert stayed(rules.stays(spans)) == stays


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("release", rules.NotAdmitted),
        ("release admission:1", rules.NotAdmitted),
        ("admission:1 admission:2", rules.AlreadyAdmitted),
        ("admission:1 transfer:1", rules.SameInstitution),
        ("admission:1 court_return", rules.NotAway),
        ("admission:1 court hospital_return", rules.NotAway),
        ("admission:1 court hospital", rules.Away),
        ("admission:1 hospital transfer:2", rules.Away),
        ("admission:1 escape court", rules.Escaped),
        ("admission:1 escape release", rules.Escaped),
        ("admission:1 recapture", rules.NotEscaped),
        ("admission:1 release transfer:2", rules.EpisodeOver),
        ("admission:1 release death", rules.EpisodeOver),
        ("admission:1 death admission:2", rules.PersonDead),
    ],
)
def test_what_cannot_have_happened_is_refused(words: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rules.fold(story(words))


def test_a_person_has_many_episodes_one_at_a_time() -> None:
    first, second = story("admission:1 release"), [move(5, "admission", 2, episode=2)]
    assert told(rules.fold([*second, *first])) == "present@1 released@1 present@2"
    with pytest.raises(rules.NotAdmitted):
        rules.fold([*first, *second, move(6, "court", episode=1)])
    with pytest.raises(rules.AlreadyAdmitted):
        rules.fold([first[0], *second])


def test_two_movements_at_one_moment_have_no_order() -> None:
    with pytest.raises(rules.MomentTaken):
        rules.fold([move(1, "admission"), replace(move(2, "court"), at=START + timedelta(hours=1))])


def test_a_correction_takes_the_place_of_what_it_names_and_can_be_corrected() -> None:
    wrong = [move(1, "admission", 1), move(4, "transfer", 2)]
    put = move(3, "transfer", 3, replaces=40)
    assert stayed(rules.stays(rules.fold([*wrong, put]))) == [(1, 1, 3), (3, 3, None)]
    again = replace(move(6, "transfer", 4), replaces=put.id)
    assert stayed(rules.stays(rules.fold([again, put, *wrong]))) == [(1, 1, 6), (4, 6, None)]
    gone = replace(move(7, "withdrawn"), replaces=again.id)
    assert stayed(rules.stays(rules.fold([again, put, gone, *wrong]))) == [(1, 1, None)]
    with pytest.raises(rules.AlreadyReplaced):
        rules.with_new([*wrong, put], replace(again, replaces=wrong[1].id), now=again.at)


def test_nothing_is_known_of_the_future() -> None:
    admitted = move(1, "admission")
    with pytest.raises(rules.InFuture):
        rules.with_new([], admitted, now=admitted.at - timedelta(seconds=1))


def test_the_moment_decides_where_and_whether_counted() -> None:
    spans = rules.fold(story("admission:1 court court_return escape recapture release"))
    counted = {}
    for hour in range(8):
        standing = rules.at(spans, START + timedelta(hours=hour, minutes=30))
        counted[hour] = standing and (str(standing.state), standing.is_counted)
    assert counted == {
        0: None,
        1: ("present", True),
        2: ("at_court", True),
        3: ("present", True),
        4: ("escaped", False),
        5: ("present", True),
        6: ("released", False),
        7: ("released", False),
    }


FOLLOWS = {
    "none": ["admission:1", "admission:2"],
    "present": ["court", "hospital", "transfer:1", "transfer:2", "transfer:3", "regime", "escape", "release"],
    "at_court": ["court_return", "release", "escape", "regime"],
    "in_hospital": ["hospital_return", "release", "escape", "regime"],
    "escaped": ["recapture"],
    "released": ["admission:2", "admission:3"],
}


@st.composite
def lives(draw: st.DrawFn) -> list[Movement]:
    """A whole life of possible movements, some of them corrections of ones that were wrong."""
    made: list[Movement] = []
    episode = 0
    for hour in range(1, draw(st.integers(2, 12))):
        spans = rules.fold(made)
        state = spans[-1].standing.state.value if spans else "none"
        kind, _, where = draw(st.sampled_from(FOLLOWS[state])).partition(":")
        if kind == "transfer" and spans[-1].standing.institution_id == int(where):
            continue
        episode += kind == "admission"
        made.append(move(hour * 3, kind, int(where or 0) or None, episode=episode))
    wrong = draw(st.lists(st.sampled_from(made), unique=True, max_size=3))
    slips = [
        replace(one, id=MovementId(one.id + 1), at=one.at + timedelta(hours=draw(st.sampled_from([-1, 1]))))
        for one in wrong
    ]
    put = {slip.id: replace(one, replaces=slip.id) for slip, one in zip(slips, wrong, strict=True)}
    right = [put.get(MovementId(one.id + 1), one) for one in made]
    return [*right, *slips]


@given(lives(), st.randoms(use_true_random=False))
def test_any_order_of_late_entry_gives_the_same_stays(life: list[Movement], chance: Random) -> None:
    shuffled = list(life)
    chance.shuffle(shuffled)
    assert rules.fold(shuffled) == rules.fold(life)
    assert rules.stays(rules.fold(shuffled)) == rules.stays(rules.fold(life))


@given(lives())
def test_stays_never_overlap_and_cover_whoever_is_counted(life: list[Movement]) -> None:
    spans = rules.fold(life)
    stays = rules.stays(spans)
    for before, after in pairwise(stays):
        assert before.ends_at is not None
        assert before.ends_at <= after.begins_at
        assert before.ends_at < after.begins_at or before.institution_id != after.institution_id
    for span in spans:
        holding = [
            stay
            for stay in stays
            if stay.begins_at <= span.begins_at and (stay.ends_at is None or span.begins_at < stay.ends_at)
        ]
        assert bool(holding) is not span.standing.is_over
        assert all(stay.institution_id == span.standing.institution_id for stay in holding)


@given(lives(), st.randoms(use_true_random=False))
def test_entering_one_by_one_ends_where_entering_all_ends(life: list[Movement], chance: Random) -> None:
    """A clerk who tries again what was refused, in any order, ends with the same stays, or with something
    that still waits for what it follows."""
    waiting, file = list(life), list[Movement]()
    chance.shuffle(waiting)
    progress = True
    while progress:
        progress = False
        for one in list(waiting):
            try:
                rules.with_new(file, one, now=START + timedelta(days=9))
            except Refusal:
                continue
            file.append(one)
            waiting.remove(one)
            progress = True
    if not waiting:
        assert rules.stays(rules.fold(file)) == rules.stays(rules.fold(life))


COMMITMENT = Commitment("1-26/7", " Namuna sudi ", date(2026, 3, 1), date(2026, 5, 1), "JK 169")


def test_an_act_needs_number_authority_date_and_reasons() -> None:
    assert rules.valid(COMMITMENT, on=date(2026, 3, 1)).authority == "Namuna sudi"
    for gap in ({"act_number": " "}, {"authority": ""}, {"reasons": ""}, {"act_on": date(2026, 3, 2)}):
        with pytest.raises(rules.NoCommitment):
            rules.valid(replace(COMMITMENT, **gap), on=date(2026, 3, 1))
    with pytest.raises(rules.CommitmentExpired):
        rules.valid(COMMITMENT, on=date(2026, 5, 2))
    assert rules.valid(COMMITMENT, on=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("kind", "institution", "fit"),
    [
        ("custody", "remand", True),
        ("custody", "probation_district", False),
        ("supervision", "probation_district", True),
        ("supervision", "prison", False),
    ],
)
def test_supervision_is_a_districts(kind: str, institution: str, *, fit: bool) -> None:
    if fit:
        rules.fits(EpisodeKind(kind), institution)
    else:
        with pytest.raises(rules.WrongInstitution):
            rules.fits(EpisodeKind(kind), institution)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 11, 27), date(2026, 11, 26), 17),
        (date(2008, 11, 27), date(2026, 11, 27), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_is_in_full_years(born: date, on: date, years: int) -> None:
    assert rules.age(born, on) == years
