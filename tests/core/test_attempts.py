"""Guessing passwords gets slower, for one login from one address, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.attempts import LONGEST_S, REMEMBERED, SECOND, Attempts, TooManyAttempts, wait_s


def tries(attempts: Attempts, login: str, *, now_us: int) -> bool:
    try:
        attempts.begin(login, "10.0.0.1", now_us=now_us)
    except TooManyAttempts:
        return False
    return True


def test_a_hundred_tries_at_once_are_four_tries() -> None:
    attempts = Attempts()
    assert [tries(attempts, "a", now_us=0) for _ in range(100)].count(True) == 4


def test_waiting_grows_and_success_forgets() -> None:
    assert [wait_s(n) for n in (1, 3, 4, 5, 6, 13, 100)] == [0, 0, 2, 4, 8, LONGEST_S, LONGEST_S]
    attempts = Attempts()
    for _ in range(4):
        assert tries(attempts, "Officer", now_us=0)
    assert not tries(attempts, "officer", now_us=SECOND)
    attempts.succeed("OFFICER", "10.0.0.1")
    assert tries(attempts, "officer", now_us=SECOND)


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=60))
def test_no_pattern_of_tries_gets_more_than_its_share(seconds: list[int]) -> None:
    """Within an hour: three free, then at most one a doubled wait."""
    attempts, begun = Attempts(), 0
    for second in sorted(seconds):
        begun += tries(attempts, "a", now_us=second * SECOND)
    assert begun <= 3 + 13


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    attempts = Attempts()
    for n in range(REMEMBERED + 5):
        attempts.begin(str(n), "x", now_us=0)
    assert len(attempts.counted) == REMEMBERED
    with pytest.raises(KeyError):
        attempts.counted["0", "x"]
