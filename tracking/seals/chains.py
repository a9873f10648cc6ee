"""The chains of all devices in columns, and what a batch of genuine messages makes of them.

Nearly every device goes on with the next counter and names the message before: that is seen for all of them
at once. Who leaves a hole, fills one, repeats, or comes with another key is looked at message by message."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId
from tracking.seals import rules
from tracking.seals.model import I8, U8, Break, Broken, Chain, Line, Sealed, Span, device_of

ROOM: Final = 1024
LINK: Final = np.dtype([("line", "<i4"), ("key", "u1"), ("counter", "<u4"), ("tag", "<u8")])
"""How far a chain has come: in the log, and in the checkpoint."""
Links = NDArray[np.void]
Name = tuple[Line, int]
"""Of a chain: its line and the number of its key."""


class Said(NamedTuple):
    """Genuine seals in columns, in the order in which they came."""

    line: I8
    key: I8
    counter: I8
    before: U8
    tag: U8
    received_us: I8


@dataclass(slots=True)
class News:
    """What a batch changes in the chains; true from its commit on."""

    links: Links
    """Of those that go on as usual, as `LINK`."""
    others: dict[Name, Chain]
    broken: list[Broken]
    mute: frozenset[DeviceId]
    """Devices of which only repeats came: nothing shows that they are alive."""
    repeats: int = 0


@dataclass(slots=True)
class Chains:
    """Columns by line: the chain under the newest key that it has used, and where that one ends."""

    key: I8 = field(default_factory=lambda: np.zeros(ROOM, np.int64))
    last: I8 = field(default_factory=lambda: np.zeros(ROOM, np.int64))
    tag: U8 = field(default_factory=lambda: np.zeros(ROOM, np.uint64))
    rest: dict[Name, Chain] = field(default_factory=dict)
    """Chains with holes, and those under older keys; of the newest, the columns know the end better."""

    def __getitem__(self, name: Name) -> Chain:
        line, key = name
        held = self.rest.get(name, ())
        if line >= len(self.key) or self.key[line] != key:
            return held
        last, tag = int(self.last[line]), int(self.tag[line])
        if not held:
            return (Span(rules.FIRST, last, rules.NOTHING, tag),)
        top = held[-1]
        return (*held[:-1], Span(top.first, last, top.before, tag, top.since_us, top.is_told))

    def tops(self, line: I8) -> tuple[I8, I8, U8]:
        """Key, last counter and tag of each; zeros of who never spoke."""
        at = np.minimum(line, len(self.key) - 1)
        known = line < len(self.key)
        return self.key[at] * known, self.last[at] * known, self.tag[at] * known.astype(np.uint64)

    def take(self, links: Links, others: dict[Name, Chain]) -> None:
        line = links["line"].astype(np.int64)
        self._reserve(int(line.max()) if len(line) else 0)
        self.key[line], self.last[line], self.tag[line] = links["key"], links["counter"], links["tag"]
        for (who, key), chain in others.items():
            self.put(who, key, chain)

    def put(self, line: Line, key: int, chain: Chain) -> None:
        self._reserve(line)
        current = int(self.key[line])
        if key < current:
            self.rest[line, key] = chain
            return
        if 0 < current < key:
            self.rest[line, current] = self[line, current]
        self.key[line], self.last[line], self.tag[line] = key, chain[-1].last, chain[-1].tag
        if rules.is_plain(chain):
            self.rest.pop((line, key), None)
        else:
            self.rest[line, key] = chain

    def links(self) -> Links:
        """How far each line has come, for the checkpoint."""
        line = np.flatnonzero(self.key)
        found = np.zeros(len(line), LINK)
        found["line"], found["key"] = line, self.key[line]
        found["counter"], found["tag"] = self.last[line], self.tag[line]
        return found

    def read(self, links: Links) -> None:
        """From checkpoints and the log, in any order: the furthest counts."""
        order = np.lexsort((links["counter"], links["key"], links["line"]))
        links = links[order]
        links = links[np.flatnonzero(np.diff(links["line"].astype(np.int64), append=-1))]
        line = links["line"].astype(np.int64)
        key, last, _ = self.tops(line)
        further = (links["key"] > key) | ((links["key"] == key) & (links["counter"] > last))
        self.take(links[further], {})

    def _reserve(self, line: int) -> None:
        if line >= len(self.key):
            more = max(line + 1 - len(self.key), len(self.key))
            self.key = np.concatenate([self.key, np.zeros(more, np.int64)])
            self.last = np.concatenate([self.last, np.zeros(more, np.int64)])
            self.tag = np.concatenate([self.tag, np.zeros(more, np.uint64)])


def hear(said: Said, known: Chains) -> News:
    if not len(said.line):
        return News(np.zeros(0, LINK), {}, [], frozenset())
    order = np.lexsort((said.counter, said.line))
    line, key, counter, tag = said.line[order], said.key[order], said.counter[order], said.tag[order]
    first = np.flatnonzero(np.diff(line, prepend=-1))
    sizes = np.diff(first, append=len(line))
    top_key, top_last, top_tag = known.tops(line[first])
    place = np.arange(len(line)) - np.repeat(first, sizes)
    named = np.concatenate([tag[:1], tag[:-1]])
    named[first] = top_tag
    good = (key == np.repeat(top_key, sizes)) & (said.before[order] == named)
    good &= counter == np.repeat(top_last, sizes) + place + 1
    usual = np.logical_and.reduceat(good, first)
    ends = (first + sizes - 1)[usual]
    links = np.zeros(len(ends), LINK)
    links["line"], links["key"] = line[ends], key[ends]
    links["counter"], links["tag"] = counter[ends], tag[ends]
    news = News(links, {}, [], frozenset())
    if not usual.all():
        _carefully(said, np.sort(order[np.repeat(~usual, sizes)]), known, news)
    return news


def _carefully(said: Said, rows: I8, known: Chains, news: News) -> None:
    """Message by message, in the order of arrival."""
    fresh = set(map(device_of, map(Line, news.links["line"].tolist())))
    again = set[DeviceId]()
    for at in rows.tolist():
        line, key = Line(int(said.line[at])), int(said.key[at])
        one = Sealed(int(said.counter[at]), int(said.before[at]), int(said.tag[at]))
        received_us = int(said.received_us[at])
        chain = news.others.get((line, key)) or known[line, key]
        step = rules.heard(chain, one, at_us=received_us)
        (again if step.is_repeat else fresh).add(device_of(line))
        if not step.is_repeat:
            news.others[line, key] = step.chain
        news.repeats += step.is_repeat
        for kind, first, last in step.found:
            count = last - first + 1 if kind is Break.MISSING else 1
            news.broken.append(Broken(line, key, kind, received_us, first, last, count))
    news.mute = frozenset(again - fresh)
