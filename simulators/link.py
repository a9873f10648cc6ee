"""A link that misbehaves on purpose: messages doubled, held back until others overtake them, garbage."""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final, NamedTuple

MOST_DELAY_US: Final = 4_000_000
GARBAGE: Final = (
    b"",
    b"{",
    b"\x00\xff\xfe",
    b'{"v":1}',
    b'{"v":99,"sequence":1}',
    b"EJ\x01",
    b"null",
    b"[" * 500,
)


@dataclass(frozen=True, slots=True)
class Manners:
    """Shares of messages: 0 = never, 1 = each."""

    repeats: float = 0.0
    shuffles: float = 0.0
    garbage: float = 0.0


GOOD: Final = Manners()


class Parcel(NamedTuple):
    who: int
    topic: str
    payload: bytes


class Link:
    """What goes in comes out at its own time, perhaps more than once."""

    def __init__(self, manners: Manners, seed: int) -> None:
        self.manners = manners
        self.random = Random(f"{seed}/link")
        self.garbage_sent = 0
        self._held: list[tuple[int, int, Parcel]] = []
        self._count = count()

    def send(self, parcel: Parcel, *, now_us: int) -> list[Parcel]:
        """What leaves at once."""
        m, chance = self.manners, self.random.random
        out = [parcel]
        if m.garbage and chance() < m.garbage:
            self.garbage_sent += 1
            out.append(parcel._replace(payload=self.random.choice(GARBAGE)))
        if m.repeats and chance() < m.repeats:
            self._hold(parcel, now_us)
        if m.shuffles and chance() < m.shuffles:
            self._hold(out.pop(0), now_us)
        return out

    def due(self, now_us: int) -> list[Parcel]:
        """What was held back until now."""
        out = []
        while self._held and self._held[0][0] <= now_us:
            out.append(heappop(self._held)[2])
        return out

    def _hold(self, parcel: Parcel, now_us: int) -> None:
        heappush(self._held, (now_us + self.random.randrange(MOST_DELAY_US), next(self._count), parcel))
