"""Which rows of a file are not as they should be: changed, missing, added, moved."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from geofence.evidence.model import Finding, What

MOST: Final = 3000
"""Rows between the first and the last difference that are aligned; of more, each is looked up."""

Rows = Sequence[bytes]
Apart = tuple[dict[int, bytes], dict[int, bytes]]
"""By number, rows that only the first has, and rows that only the second has."""


def named(file: str, expected: Rows, found: Rows) -> list[Finding]:
    """Rows are counted from 1 on; a missing one by its number in the file that should be there."""
    head = _common(expected, found)
    tail = _common(expected[head:][::-1], found[head:][::-1])
    wanted, given = expected[head : len(expected) - tail], found[head : len(found) - tail]
    gone, new = _aligned(wanted, given) if max(len(wanted), len(given)) <= MOST else _counted(wanted, given)
    return list(_told(file, gone, new, head=head))


def _told(file: str, gone: dict[int, bytes], new: dict[int, bytes], *, head: int) -> Iterator[Finding]:
    moved = Counter(gone.values()) & Counter(new.values())
    left = dict(moved)
    for number, row in list(new.items()):
        if left.get(row, 0):
            left[row] -= 1
            yield Finding(What.ROW_MOVED, file, head + number + 1)
            del new[number]
    left = dict(moved)
    for number, row in list(gone.items()):
        if left.get(row, 0):
            left[row] -= 1
            del gone[number]
    changed = sorted(gone.keys() & new.keys())
    yield from (Finding(What.ROW_CHANGED, file, head + n + 1) for n in changed)
    yield from (Finding(What.ROW_MISSING, file, head + n + 1) for n in sorted(gone.keys() - set(changed)))
    yield from (Finding(What.ROW_ADDED, file, head + n + 1) for n in sorted(new.keys() - set(changed)))


def _common(one: Rows, other: Rows) -> int:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))


def _aligned(wanted: Rows, given: Rows) -> Apart:
    gone: dict[int, bytes] = {}
    new: dict[int, bytes] = {}
    for tag, a, b, c, d in SequenceMatcher(None, wanted, given, autojunk=False).get_opcodes():
        if tag != "equal":
            gone |= {i: wanted[i] for i in range(a, b)}
            new |= {i: given[i] for i in range(c, d)}
    return gone, new


def _counted(wanted: Rows, given: Rows) -> Apart:
    """Without an alignment: what stands at another place than it should."""
    pairs = list(zip(wanted, given, strict=False))
    gone = {i: a for i, (a, b) in enumerate(pairs) if a != b}
    new = {i: b for i, (a, b) in enumerate(pairs) if a != b}
    gone |= {i: wanted[i] for i in range(len(pairs), len(wanted))}
    new |= {i: given[i] for i in range(len(pairs), len(given))}
    return gone, new
