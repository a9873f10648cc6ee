"""The Merkle tree of RFC 9162, section 2: roots of growing trees, and proofs that anybody can check."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

Complete = Callable[[int, int], bytes]
"""`complete(level, index)`: the root over the 2 ** level leaves from index << level on."""


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A tree that grows at its right edge, known by its complete subtrees only."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    """From the largest subtree to the smallest; bit k of `size` says whether there is one of level k."""

    def append(self, hashed: bytes) -> list[tuple[int, int, bytes]]:
        """(level, index, hash) of the inner nodes that became complete."""
        made, level, at = [], 0, self.size
        while at & 1:
            hashed = node(self.peaks.pop(), hashed)
            level, at = level + 1, at >> 1
            made.append((level, at, hashed))
        self.peaks.append(hashed)
        self.size += 1
        return made

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node(peak, found)
        return found


def root(leaves: Iterable[bytes]) -> bytes:
    grown = Frontier()
    for one in leaves:
        grown.append(one)
    return grown.root()


def of_leaves(leaves: Sequence[bytes]) -> Complete:
    """Complete subtrees of leaf hashes that are all at hand."""

    def complete(level: int, index: int) -> bytes:
        return root(leaves[index << level : (index + 1) << level])

    return complete


def span(complete: Complete, first: int, last: int) -> bytes:
    """The root over leaves [first, last) of a larger tree, where `first` is a multiple of a power of two
    that is not less than their count."""
    count = last - first
    if count == 1 << (count.bit_length() - 1):
        level = count.bit_length() - 1
        return complete(level, first >> level)
    middle = first + _split(count)
    return node(span(complete, first, middle), span(complete, middle, last))


def inclusion(complete: Complete, index: int, *, size: int) -> list[bytes]:
    """The audit path of a leaf, from the bottom up (2.1.3.1)."""
    path, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(span(complete, middle, last))
            last = middle
        else:
            path.append(span(complete, first, middle))
            first = middle
    return path[::-1]


def consistency(complete: Complete, *, old: int, size: int) -> list[bytes]:
    """What shows that the tree of `old` leaves is the beginning of the one of `size` (2.1.4.1)."""
    if not old:
        return []
    path, first, last, is_whole = [], 0, size, True
    while first + old != last:
        middle = first + _split(last - first)
        if first + old <= middle:
            path.append(span(complete, middle, last))
            last = middle
        else:
            path.append(span(complete, first, middle))
            old, first, is_whole = old - (middle - first), middle, False
    if not is_whole:
        path.append(span(complete, first, last))
    return path[::-1]


def includes(hashed: bytes, index: int, *, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf stands there in the tree of that root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, hashed
    for one in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def extends(old: int, old_root: bytes, *, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `size` leaves begins with the one of `old` (2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size:
        return old == 0 and not path and old_root == EMPTY
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node(one, before), node(one, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _split(count: int) -> int:
    """The largest power of two less than `count`."""
    return 1 << ((count - 1).bit_length() - 1)
