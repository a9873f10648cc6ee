"""Screens: what a sum says, when there is none, what is urgent, when it is due again; the shipped files."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import i18n
from core.model import PersonId, UserId
from inmates.psychology import catalogue, rules
from inmates.psychology.model import Basis, Contact, Draft, Screen, Screening, ScreeningId

SCREENS = catalogue.screens()
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PHQ9 = SCREENS["phq9"]
GOLDEN = {
    "phq9": {0: "minimal", 4: "minimal", 5: "mild", 9: "mild", 10: "moderate", 14: "moderate",
             15: "moderately_severe", 19: "moderately_severe", 20: "severe", 27: "severe"},
    "gad7": {0: "minimal", 4: "minimal", 5: "mild", 9: "mild", 10: "moderate", 14: "moderate", 15: "severe",
             21: "severe"},
    "k10": {10: "well", 19: "well", 20: "mild", 24: "mild", 25: "moderate", 29: "moderate", 30: "severe",
            50: "severe"},
}  # fmt: skip


def summing(screen: Screen, total: int) -> list[int]:
    """Answers with this sum."""
    least, step = min(screen.values), max(screen.values) - min(screen.values)
    left, answers = total - screen.fewest, []
    for _ in range(screen.items):
        answers.append(least + min(step, left))
        left -= min(step, left)
    return answers


def taken(name: str, answers: list[int | None], *, days_ago: int, ident: int = 1) -> Screening:
    draft = Draft(name, "en", tuple(answers), Basis.CONSENT, "act 1")
    score = rules.score(SCREENS[name], answers)
    at = NOW - timedelta(days=days_ago)
    return Screening(ScreeningId(ident), PersonId(1), at, UserId(1), draft, 1, "digest", score)


@pytest.mark.parametrize(
    ("name", "total", "band"), [(name, *pair) for name, bands in GOLDEN.items() for pair in bands.items()]
)
def test_bands_are_those_of_the_literature(name: str, total: int, band: str) -> None:
    score = rules.score(SCREENS[name], summing(SCREENS[name], total))
    assert (score.total, score.band) == (total, band)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Screen, list[int | None]]:
    screen = draw(st.sampled_from(list(SCREENS.values())))
    answer = st.none() | st.sampled_from(list(screen.values))
    return screen, draw(st.lists(answer, min_size=screen.items, max_size=screen.items))


@given(sheets())
def test_a_missing_answer_is_never_made_up(sheet: tuple[Screen, list[int | None]]) -> None:
    screen, answers = sheet
    assert rules.is_possible(screen, answers)
    score = rules.score(screen, answers)
    gaps = [n for n, answer in enumerate(answers, 1) if answer is None]
    assert list(score.missing) == gaps
    assert (score.total is None) == (score.band is None) == bool(gaps)
    if not gaps:
        assert score.total is not None
        assert screen.fewest <= score.total <= screen.most


@given(sheets())
def test_the_ninth_item_alarms_whatever_else_was_said(sheet: tuple[Screen, list[int | None]]) -> None:
    screen, answers = sheet
    score = rules.score(screen, answers)
    if screen.name == "phq9":
        assert bool(score.alarming) == ((answers[8] or 0) > 0)
        assert bool(score.unasked) == (answers[8] is None)
    else:
        assert not score.alarming


@pytest.mark.parametrize("answers", [[0] * 8, [0] * 10, [0] * 8 + [4], [0] * 8 + [-1], []])
def test_answers_that_are_not_offered_are_refused(answers: list[int]) -> None:
    assert not rules.is_possible(PHQ9, answers)


def test_the_worse_it_is_the_sooner_it_is_taken_again() -> None:
    days = [
        (rules.due_again(PHQ9, rules.score(PHQ9, summing(PHQ9, n)), taken_at=NOW) - NOW).days
        for n in range(28)
    ]
    assert days == sorted(days, reverse=True)
    assert (days[0], days[10], days[27]) == (90, 30, 14)
    gap = rules.score(PHQ9, [None, *[0] * 8])
    assert rules.due_again(PHQ9, gap, taken_at=NOW) - NOW == timedelta(days=7)


def test_contact_is_needed_by_the_last_word_of_any_screen() -> None:
    well, ill = taken("phq9", [0] * 9, days_ago=1, ident=2), taken("phq9", [2] * 9, days_ago=9)
    anxious = taken("gad7", [2] * 7, days_ago=5, ident=3)
    assert rules.contact([], SCREENS, at=NOW) is None
    assert rules.contact([ill], SCREENS, at=NOW) == (Contact.NEEDED, ill.taken_at)
    assert rules.contact([well, ill], SCREENS, at=NOW) == (Contact.NOT_NEEDED, well.taken_at)
    assert rules.contact([well, ill, anxious], SCREENS, at=NOW) == (Contact.NEEDED, anxious.taken_at)
    assert rules.contact([well, ill], SCREENS, at=NOW - timedelta(days=3)) == (Contact.NEEDED, ill.taken_at)


def test_what_is_old_or_could_not_be_summed_says_nothing() -> None:
    assert rules.contact([taken("phq9", [3] * 9, days_ago=91)], SCREENS, at=NOW) is None
    assert rules.contact([taken("gad7", [None, *[3] * 6], days_ago=1)], SCREENS, at=NOW) is None
    alarm = taken("phq9", [None, *[0] * 7, 1], days_ago=1)
    assert rules.contact([alarm], SCREENS, at=NOW) == (Contact.NEEDED, alarm.taken_at)


@pytest.mark.parametrize("screen", SCREENS.values(), ids=lambda s: s.name)
def test_each_file_names_source_licence_and_every_language(screen: Screen) -> None:
    assert screen.source
    assert screen.licence
    assert set(screen.wordings) == set(i18n.LANGUAGES)
    assert [w.language for w in screen.wordings.values() if w.is_original] == ["en"]


@pytest.mark.parametrize("screen", SCREENS.values(), ids=lambda s: s.name)
def test_letters_are_those_of_the_language(screen: Screen) -> None:
    for wording in screen.wordings.values():
        text = " ".join([wording.title, wording.lead, *wording.items, *wording.answers])
        if wording.language in {"ru", "uz-Cyrl"}:
            assert text.isascii() is False
            assert not [sign for sign in text if "a" <= sign.lower() <= "z"], wording.language
        elif wording.language == "uz-Latn":
            assert not set("'`´‘’′") & set(text)


def test_every_band_has_its_word() -> None:
    texts = i18n.load()
    codes = {band.code for screen in SCREENS.values() for band in screen.bands}
    held = {
        k.removeprefix("psychology.band.") for k in texts.catalogues["en"] if k.startswith("psychology.band.")
    }
    assert codes == held


def test_a_file_that_cannot_be_a_screen_is_refused(tmp_path: Path) -> None:
    content = (catalogue.FOLDER / "gad7.toml").read_text("utf-8")
    for broken in (content.replace("least = 0", "least = 1"), content.replace('"Trouble relaxing",', "")):
        path = tmp_path / "x.toml"
        path.write_text(broken, "utf-8")
        with pytest.raises(catalogue.BadScreen):
            catalogue.load(path)


def test_another_wording_has_another_digest(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    content = (catalogue.FOLDER / "gad7.toml").read_text("utf-8")
    path.write_text(content.replace("Вам было трудно расслабиться", "Вам трудно расслабиться"), "utf-8")
    changed, shipped = catalogue.load(path).wordings, SCREENS["gad7"].wordings
    assert {lang for lang in changed if changed[lang].digest != shipped[lang].digest} == {"ru"}
    assert replace(changed["ru"], digest="", items=()) == replace(shipped["ru"], digest="", items=())
