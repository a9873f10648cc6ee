"""Which numbers of a device have been answered: ranges, what is new, what is missing, what to acknowledge."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import itemgetter

from tracking.model import Mark, Ranges

FIRST = 1
"""Every device begins to count here."""


def holds(stored: Ranges, number: int) -> bool:
    at = bisect_right(stored, number, key=itemgetter(0)) - 1
    return at >= 0 and number <= stored[at][1]


def add(stored: Ranges, first: int, last: int) -> Ranges:
    """With [first, last] in it too; ranges that touch become one."""
    if stored and stored[-1][1] + 1 == first:  # the usual case: the next number
        return (*stored[:-1], (stored[-1][0], last))
    lo = bisect_left(stored, first - 1, key=itemgetter(1))
    hi = bisect_right(stored, last + 1, key=itemgetter(0))
    if lo < hi:
        first, last = min(first, stored[lo][0]), max(last, stored[hi - 1][1])
    return (*stored[:lo], (first, last), *stored[hi:])


def is_free(stored: Ranges, first: int, last: int) -> bool:
    """Is none of [first, last] in it?"""
    at = bisect_right(stored, last, key=itemgetter(0)) - 1
    return at < 0 or stored[at][1] < first


def add_all(stored: Ranges, numbers: Iterable[int]) -> tuple[Ranges, list[bool]]:
    """The ranges with all `numbers`, and of each whether it was new (the first of equals is)."""
    new = list[bool]()
    for first, last in runs(numbers):
        if is_free(stored, first, last):
            stored = add(stored, first, last)
            new += [True] * (last - first + 1)
            continue
        for number in range(first, last + 1):
            new.append(not holds(stored, number))
            stored = add(stored, number, number) if new[-1] else stored
    return stored, new


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The same numbers in the same order, as stretches that count up by one."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = number
        elif number != last + 1:
            yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last


def union(stored: Ranges, others: Ranges) -> Ranges:
    for first, last in others:
        stored = add(stored, first, last)
    return stored


def contiguous(stored: Ranges) -> int:
    """The highest number below which nothing is missing: what a device may forget. 0 = none."""
    return stored[0][1] if stored and stored[0][0] <= FIRST else FIRST - 1


def has_gaps(stored: Ranges) -> bool:
    return len(stored) > 1 or (len(stored) == 1 and stored[0][0] > FIRST)


def highest(stored: Ranges) -> int:
    return stored[-1][1] if stored else FIRST - 1


def gaps(stored: Ranges) -> Ranges:
    """What is missing below the highest number."""
    ends = (FIRST - 1, *(last for _, last in stored))
    return tuple(
        (end + 1, first - 1) for end, (first, _) in zip(ends, stored, strict=False) if first > end + 1
    )


def without(stored: Ranges, numbers: Iterable[int]) -> Ranges:
    """What of the ranges is none of these numbers, between the first and the last of them."""
    given = sorted(numbers)
    holes = ((before + 1, after - 1) for before, after in pairwise(given) if after > before + 1)
    return tuple(
        (max(first, start), min(last, end))
        for start, end in holes
        for first, last in stored
        if max(first, start) <= min(last, end)
    )


def give_up(stored: Ranges, *, oldest: int, lost: Ranges = ()) -> tuple[Ranges, Ranges]:
    """The device holds nothing below `oldest` and not what is `lost`: the mark moves on over what never came.

    Only numbers below the highest known one can be given up: a device with a broken memory must not be able
    to have its future reports taken for repeats. Second: what is lost for good."""
    top = highest(stored)
    claimed = union((), tuple(r for r in ((FIRST, oldest - 1), *lost) if r[0] <= r[1]))
    missing = tuple(
        (max(a, c), min(b, d)) for a, b in gaps(stored) for c, d in claimed if max(a, c) <= min(b, d, top)
    )
    return union(stored, missing), missing


def heard(mark: Mark, numbers: Iterable[int], *, at_us: int) -> tuple[Mark, list[bool]]:
    """The mark after a message, and which of its numbers are new."""
    stored, new = add_all(mark.stored, numbers)
    return Mark(stored, max(mark.contact_us, at_us)), new
