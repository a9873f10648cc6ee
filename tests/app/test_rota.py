"""Duties of the clock: each once a second, and never many at a time."""

from functools import partial
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rota import SECOND_US, Rota

SIX = "abcdef"
NOW_US = 1_000 * SECOND_US


class Diary:
    """Who had their turn, and when."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, int]] = []
        self.rota = Rota([partial(self.write, name) for name in SIX])

    async def write(self, name: str, now_us: int) -> None:
        self.turns.append((name, now_us))


async def test_each_has_a_part_of_the_second_of_its_own() -> None:
    diary = Diary()
    for moment in range(NOW_US, NOW_US + 2 * SECOND_US, 10_000):
        await diary.rota.go_on(moment)
    first = [(name, at_us - NOW_US) for name, at_us in diary.turns[6:12]]
    assert [name for name, _ in first] == list(SIX)
    assert all(n * SECOND_US / 6 <= at_us < n * SECOND_US / 6 + 10_000 for n, (_, at_us) in enumerate(first))


@given(st.lists(st.integers(1, 3 * SECOND_US), max_size=30))
async def test_none_is_left_out_however_seldom_it_is_asked(steps: list[int]) -> None:
    diary, at_us = Diary(), NOW_US
    for step in steps:
        await diary.rota.go_on(at_us)
        at_us += step
    named = "".join(name for name, _ in diary.turns)
    assert (SIX * (len(named) // 6 + 1)).startswith(named)
    begun = [moment for name, moment in diary.turns if name == "a"]
    assert all(later - before >= SECOND_US for before, later in pairwise(begun[1:]))


async def test_a_clock_that_goes_back_stops_nothing() -> None:
    diary = Diary()
    await diary.rota.go_on(NOW_US)
    await diary.rota.go_on(NOW_US - 3_600 * SECOND_US)
    assert [name for name, _ in diary.turns[-7:]] == [*SIX, "a"]
    assert diary.rota.began_us == NOW_US - 3_600 * SECOND_US


async def test_it_says_whether_something_is_due() -> None:
    diary = Diary()
    assert diary.rota.waits(NOW_US)
    await diary.rota.go_on(NOW_US)
    assert not diary.rota.waits(NOW_US + SECOND_US // 6 - 1)
    assert diary.rota.waits(NOW_US + SECOND_US // 6 + 1)
