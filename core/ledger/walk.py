"""Goes along a stream: what was noted against what is there, and the roots against the signed heads."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from core.ledger import tree
from core.ledger.heads import Checkpoint
from core.ledger.model import Block, Break, What

Leaves = tuple[list[int], list[bytes]]
"""Keys, ascending, and the hashes of their rows."""
MOST: int = 100
"""Breaks that are kept of a stream; the first one counts."""


class Found:
    """Rows as they are now, in the order of their keys, handed out up to a key."""

    def __init__(self, source: AsyncIterator[Leaves]) -> None:
        self.source = source
        self.keys: list[int] = []
        self.hashes: list[bytes] = []
        self.is_over = False

    async def until(self, key: int) -> Leaves:
        while not self.is_over and (not self.keys or self.keys[-1] <= key):
            await self._more()
        cut = bisect_right(self.keys, key)
        given = self.keys[:cut], self.hashes[:cut]
        del self.keys[:cut], self.hashes[:cut]
        return given

    async def rest(self) -> int:
        """How many are beyond."""
        count = len(self.keys)
        while not self.is_over:
            self.keys, self.hashes = [], []
            await self._more()
            count += len(self.keys)
        return count

    async def _more(self) -> None:
        try:
            keys, hashes = await anext(self.source)
        except StopAsyncIteration:
            self.is_over = True
        else:
            self.keys += keys
            self.hashes += hashes


@dataclass(slots=True)
class Walk:
    """Takes a stream's leaves in their order, as they were noted and as the rows are now."""

    stream: str
    points: Sequence[Checkpoint]
    noted: tree.Frontier = field(default_factory=tree.Frontier)
    actual: tree.Frontier | None = None
    """From the first difference on: the tree of the rows as they are."""
    breaks: list[Break] = field(default_factory=list)
    doubtful: list[Break] = field(default_factory=list)
    """Since the last head that holds: is the row wrong, or the note?"""
    good: int = 0
    point: int = 0
    since: int | None = None
    """The first key after the last head that holds."""
    is_rewritten: bool = False

    def take(self, block: Block, found: Leaves) -> None:
        """`found`: the rows whose keys lie in the block, or before it and after the last one."""
        keys, hashes = list(block.keys), list(block.hashes)
        if (keys, hashes) == (found[0], found[1]):
            self.good += len(keys)
            self._grow(keys, hashes, hashes)
        else:
            self._grow(keys, hashes, self._compare(keys, hashes, found))

    def end(self) -> None:
        """Heads that promise more leaves than there are notes."""
        self._settle()
        if self.point < len(self.points) and not self.is_rewritten:
            point = self.points[self.point]
            self._keep(Break(What.NOTES, self.stream, place=f"head {point.head} has {point.size} leaves"))

    def _grow(self, keys: list[int], noted: list[bytes], actual: list[bytes]) -> None:
        at = 0
        while at < len(noted):
            self.since = keys[at] if self.since is None else self.since
            step = self._step(len(noted) - at)
            for one in noted[at : at + step]:
                self.noted.append(one)
            if self.actual is not None and not self.is_rewritten:
                for one in actual[at : at + step]:
                    self.actual.append(one)
            at += step
            self._look(keys[at - 1])

    def _step(self, left: int) -> int:
        """To the next head, at most."""
        if self.point < len(self.points):
            return max(1, min(left, self.points[self.point].size - self.noted.size))
        return left

    def _look(self, last: int) -> None:
        if self.point == len(self.points) or self.points[self.point].size != self.noted.size:
            return
        point = self.points[self.point]
        self.point += 1
        if self.is_rewritten:
            return
        if self.noted.root() != point.root:
            if self.actual and (self.actual.size, self.actual.root()) == (point.size, point.root):
                self.doubtful = [Break(What.NOTES, b.stream, b.key, b.place) for b in self.doubtful]
                self.noted = self.actual
            else:
                self.is_rewritten = True
                place = f"keys {self.since} to {last}, head {point.head}"
                self._keep(Break(What.REWRITTEN, self.stream, _only(self.since, last), place))
        self._settle()
        self.since = None

    def _settle(self) -> None:
        for one in self.doubtful:
            self._keep(one)
        self.doubtful, self.actual = [], None

    def _keep(self, one: Break) -> None:
        if len(self.breaks) < MOST:
            self.breaks.append(one)

    def _compare(self, keys: list[int], hashes: list[bytes], found: Leaves) -> list[bytes]:
        """Names what differs; gives the hashes of the rows that are there, in the order of the leaves."""
        if self.actual is None:
            self.actual = tree.Frontier(self.noted.size, list(self.noted.peaks))
        there = dict(zip(*found, strict=True))
        for place, (key, hashed) in enumerate(zip(keys, hashes, strict=True), self.noted.size):
            now = there.get(key)
            if now == hashed:
                self.good += 1
            elif now is None:
                self._doubt(What.MISSING, key, place)
            else:
                self._doubt(What.CHANGED, key, place)
        wanted = set(keys)
        for key in found[0]:
            if key not in wanted:
                self._doubt(What.INSERTED, key, None)
        self.doubtful.sort(key=lambda b: int(b.key))
        return [there[key] for key in sorted(there)]

    def _doubt(self, what: What, key: int, place: int | None) -> None:
        self.doubtful.append(Break(what, self.stream, str(key), "" if place is None else f"leaf {place}"))


def _only(first: int | None, last: int) -> str:
    return str(last) if first == last else ""
