"""Ranges of sequences against a plain set of numbers."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tracking import rules
from tracking.model import Mark, Ranges

NUMBERS = st.lists(st.integers(1, 40), max_size=40)
SPANS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 6)).map(lambda p: (p[0], p[0] + p[1])), max_size=5
)


def spread(ranges: Ranges) -> set[int]:
    return {n for first, last in ranges for n in range(first, last + 1)}


def stored(numbers: list[int]) -> Ranges:
    return rules.add_all((), numbers)[0]


def is_tidy(ranges: Ranges) -> bool:
    return all(first <= last for first, last in ranges) and all(
        a[1] + 1 < b[0] for a, b in itertools.pairwise(ranges)
    )


@given(NUMBERS)
def test_ranges_hold_what_a_set_holds(numbers: list[int]) -> None:
    ranges, new = rules.add_all((), numbers)
    seen = set()
    for number, is_new in zip(numbers, new, strict=True):
        assert is_new == (number not in seen)
        seen.add(number)
    assert spread(ranges) == seen
    assert is_tidy(ranges)
    assert all(rules.holds(ranges, n) == (n in seen) for n in range(45))


@given(NUMBERS, SPANS)
def test_a_union_of_ranges_is_the_union_of_sets(numbers: list[int], spans: list[tuple[int, int]]) -> None:
    ranges = rules.union(stored(numbers), tuple(spans))
    assert spread(ranges) == set(numbers) | spread(spans)
    assert is_tidy(ranges)


@given(NUMBERS)
def test_the_contiguous_mark_is_the_last_number_before_the_first_hole(numbers: list[int]) -> None:
    mark = 0
    while mark + 1 in set(numbers):
        mark += 1
    assert rules.contiguous(stored(numbers)) == mark


@given(NUMBERS)
def test_gaps_are_what_is_missing_below_the_highest(numbers: list[int]) -> None:
    assert spread(rules.gaps(stored(numbers))) == set(range(1, max(numbers, default=0))) - set(numbers)
    assert is_tidy(rules.gaps(stored(numbers)))


@given(NUMBERS, st.integers(0, 60), SPANS)
def test_only_what_never_came_below_the_highest_is_given_up(
    numbers: list[int], oldest: int, lost: list[tuple[int, int]]
) -> None:
    ranges, missing = rules.give_up(stored(numbers), oldest=oldest, lost=tuple(lost))
    claimed = set(range(1, oldest)) | spread(lost)
    expected = {n for n in claimed if n < max(numbers, default=0)} - set(numbers)
    assert spread(missing) == expected
    assert spread(ranges) == set(numbers) | expected
    assert is_tidy(ranges)


@given(NUMBERS, st.permutations(range(1, 20)))
def test_order_of_arrival_does_not_matter(numbers: list[int], order: list[int]) -> None:
    assert stored(order) == ((1, 19),)
    assert stored(numbers) == stored(sorted(numbers)) == stored([*numbers, *numbers])


def test_a_mark_moves_only_forward_in_time() -> None:
    mark, new = rules.heard(Mark(((1, 3),), 50), [3, 4], at_us=40)
    assert mark == Mark(((1, 4),), 50)
    assert new == [False, True]


@given(NUMBERS, NUMBERS)
def test_what_is_answered_and_not_among_some(answered: list[int], some: list[int]) -> None:
    between = set(range(min(some, default=0), max(some, default=0)))
    assert spread(rules.without(stored(answered), some)) == (set(answered) & between) - set(some)
