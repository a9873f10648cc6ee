"""What a guesser tries first is refused as a password; a sentence of one's own is not."""

from hashlib import sha1
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import guessable


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "P@ssw0rd2026!", "Toshkent-2026!", "parolparol123", "qwertyuiop12", "1q2w3e4r5t6y",
        "parol19871203", "aaaaaaaaaaaa", "123456789012", "Ejazo_Admin_2026", "пароль123456",
        "ТОШКЕНТ20262026", "iloveyou1234",
        "administrator", "officer-demo1", "йцукенфыва12", "20262026!!!!!!", "Samarqand.Buxoro.1",
    ],
)  # fmt: skip
def test_words_of_this_place_and_of_every_list_are_no_password(password: str) -> None:
    assert guessable.is_guessable(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "another horse battery", "tulpor chorrahada kutdi",
        "зелёный трамвай у моста", "kX9#vTq2Lm!zRw", "7391-8264-5510",
    ],
)  # fmt: skip
def test_a_sentence_of_ones_own_is_one(password: str) -> None:
    assert not guessable.is_guessable(password)


def test_neither_is_ones_own_name() -> None:
    assert not guessable.is_guessable("Bahodirov-Hikmat-1")
    assert guessable.is_guessable("Bahodirov-Hikmat-1", more=("hikmat.b", "Hikmat Bahodirov"))


def test_what_is_taken_away_is_listed_once_and_as_it_is_typed() -> None:
    assert all(word == word.casefold() and len(word) > 1 for word in guessable.WORDS)


def digests(passwords: list[str]) -> bytes:
    """As lists of the leaked are given out: sorted, with counts."""
    rows = sorted(sha1(p.encode(), usedforsecurity=False).hexdigest().upper() for p in passwords)
    return b"".join(f"{row}:{at * 997 + 1}\n".encode() for at, row in enumerate(rows))


@given(st.sets(st.text(min_size=1, max_size=4), min_size=1, max_size=40), st.text(max_size=4))
def test_exactly_the_leaked_are_found(
    tmp_path_factory: pytest.TempPathFactory, leaked: set[str], other: str
) -> None:
    file = tmp_path_factory.mktemp("leaked") / "digests"
    file.write_bytes(digests(sorted(leaked)))
    assert all(guessable.is_leaked(one, file) for one in leaked)
    assert guessable.is_leaked(other, file) == (other in leaked)


def test_an_empty_list_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "digests").write_bytes(b"")
    assert not guessable.is_leaked("password", tmp_path / "digests")
