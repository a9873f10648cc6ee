"""Languages, plurals, numbers and times."""

from datetime import UTC, date, datetime

import pytest

from core import clock, i18n

AT = datetime(2026, 11, 20, 21, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "accepted", "spoken"),
    [
        ("ru", "en", "ru"),
        (None, "en;q=0.5, ru;q=0.9", "ru"),
        ("xx", "de, en-GB;q=0.8", "en"),
        (None, "uz", "uz-Latn"),
        (None, "uz-Cyrl-UZ, ru;q=0.9", "uz-Cyrl"),
        (None, "ru;q=0, *", "uz-Latn"),
        (None, ";q=;;,,q=x", "uz-Latn"),
        (None, None, "uz-Latn"),
    ],
)
def test_the_language_is_chosen(wanted: str | None, accepted: str | None, spoken: str) -> None:
    assert i18n.choose(wanted, accepted) == spoken


RUSSIAN = {"one": (1, 21, 101), "few": (2, 4, 22), "many": (0, 5, 11, 12, 111), "other": (1.5,)}


@pytest.mark.parametrize(("form", "counts"), RUSSIAN.items())
def test_russian_counts_in_its_own_way(form: str, counts: tuple[float, ...]) -> None:
    assert {i18n.plural("ru", count) for count in counts} == {form}


def test_values_are_written_the_readers_way() -> None:
    texts = i18n.Texts({lang: {"k": "{n} {at} {on} {name}"} for lang in i18n.LANGUAGES})
    values = {"n": 12345.6, "at": AT, "on": date(2026, 11, 5), "name": "{n}"}
    assert texts.say("ru", "k", **values) == "12\u00a0345,6 21.11.2026 02:04 05.11.2026 {n}"
    assert texts.say("en", "k", **values) == "12,345.6 21/11/2026 02:04 05/11/2026 {n}"


def test_a_plural_is_chosen_by_its_count() -> None:
    texts = i18n.load()
    assert [texts.say("ru", "track.fixes", count=n) for n in (1, 3, 1440)] == [
        "1 точка",
        "3 точки",
        "1\u00a0440 точек",
    ]


def test_a_local_day_begins_at_midnight_in_tashkent() -> None:
    since, until = clock.local_day(date(2026, 11, 21))
    assert (since.isoformat(), (until - since).total_seconds()) == ("2026-11-20T19:00:00+00:00", 86400)
