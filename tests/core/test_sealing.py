"""Sealed values: they open where they were sealed, with the key that sealed them, and nowhere else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sealing import CannotOpen, Keys


@given(text=st.text(), place=st.text())
def test_what_is_sealed_opens_again(tmp_path_factory: pytest.TempPathFactory, text: str, place: str) -> None:
    keys = Keys(tmp_path_factory.getbasetemp() / "keys")
    sealed = keys.seal("health", text, place=place)
    assert keys.open("health", sealed, place=place) == text
    assert keys.seal("health", text, place=place) != sealed


@pytest.mark.parametrize("change", range(0, 40, 7))
def test_a_changed_byte_is_noticed(tmp_path: Path, change: int) -> None:
    keys = Keys(tmp_path)
    sealed = bytearray(keys.seal("health", "light work", place="1"))
    sealed[change % len(sealed)] ^= 1
    with pytest.raises(CannotOpen):
        keys.open("health", bytes(sealed), place="1")


def test_another_place_or_compartment_does_not_open_it(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    sealed = keys.seal("health", "light work", place="health:1")
    for compartment, place in (("health", "health:2"), ("psychology", "health:1")):
        with pytest.raises(CannotOpen):
            keys.open(compartment, sealed, place=place)
    with pytest.raises(CannotOpen):
        keys.open("health", b"", place="health:1")


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    before = keys.seal("health", "old", place="1")
    assert keys.add("health") == 2
    after = keys.seal("health", "new", place="1")
    assert (before[1], after[1]) == (1, 2)
    assert [Keys(tmp_path).open("health", one, place="1") for one in (before, after)] == ["old", "new"]


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    Keys(tmp_path / "keys").seal("health", "x", place="1")
    for path in (tmp_path / "keys", *(tmp_path / "keys").iterdir()):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077


def test_two_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda _: Keys(tmp_path).seal("health", "x", place="1"), range(8)))
    assert {Keys(tmp_path).open("health", one, place="1") for one in sealed} == {"x"}
    assert [path.name for path in tmp_path.iterdir()] == ["health-1.key"]


def test_a_blind_index_finds_the_same_text_and_depends_on_the_key(tmp_path: Path) -> None:
    one, other = Keys(tmp_path / "a"), Keys(tmp_path / "b")
    assert one.blind("identity", "31") == Keys(tmp_path / "a").blind("identity", "31")
    assert one.blind("identity", "31") != one.blind("identity", "32")
    assert one.blind("identity", "31") != other.blind("identity", "31")
    one.add("identity")
    assert one.blind("identity", "31") == Keys(tmp_path / "a").blind("identity", "31")


def test_a_rotation_by_another_process_is_followed(tmp_path: Path) -> None:
    """Readable before and after, by those who began before; the new key seals for who begins after."""
    running = Keys(tmp_path)
    before = running.seal("health", "light work", place="1")
    assert Keys(tmp_path).add("health") == 2
    after = Keys(tmp_path).seal("health", "no work", place="1")
    assert (before[1], after[1]) == (1, 2)
    assert running.open("health", after, place="1") == "no work"
    assert running.open("health", before, place="1") == "light work"
    assert running.seal("health", "x", place="1")[1] == 2
