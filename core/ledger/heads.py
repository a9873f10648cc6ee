"""Whether signed heads follow upon each other, and whether a witness's are among them."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field

from core.ledger import keys, wire
from core.ledger.model import Break, Head, Signed, Top, What


@dataclass(frozen=True, slots=True)
class Checkpoint:
    size: int
    root: bytes
    head: int


@dataclass(slots=True)
class Chain:
    """Takes heads one after another and keeps what the streams have to match."""

    trusted: Collection[bytes] = ()
    """Public keys that may sign the first head; empty: whichever does."""
    witnessed: Mapping[int, Signed] = field(default_factory=dict)
    """By number."""
    points: dict[str, list[Checkpoint]] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)
    count: int = 0
    last: Head | None = None
    digest: bytes = wire.NOTHING

    def take(self, signed: Signed) -> None:
        try:
            head = wire.read(signed.body)
        except wire.UnreadableHead:
            return self._broken(What.SIGNATURE, f"after head {self.last.number if self.last else 'none'}")
        self._is_signed(signed, head)
        self._follows(head)
        seen = self.witnessed.get(head.number)
        if seen and seen != signed:
            self._broken(What.REWOUND, f"head {head.number}")
        for name, top in head.tops.items():
            self._note(head, name, top)
        self.count, self.last, self.digest = self.count + 1, head, wire.digest(signed)
        return None

    def end(self) -> None:
        """What a witness saw beyond the last one."""
        reached = self.last.number if self.last else -1
        beyond = [number for number in self.witnessed if number > reached]
        if beyond:
            self._broken(What.REWOUND, f"heads {min(beyond)} to {max(beyond)} are gone")

    def _is_signed(self, signed: Signed, head: Head) -> None:
        allowed = {self.last.key, self.last.next_key} if self.last else set(self.trusted) or {head.key}
        if head.key not in allowed or not keys.is_signed(signed, head.key):
            self._broken(What.SIGNATURE, f"head {head.number}")

    def _follows(self, head: Head) -> None:
        number = self.last.number + 1 if self.last else 0
        shrunk = self.last and any(
            name not in head.tops or head.tops[name].size < top.size for name, top in self.last.tops.items()
        )
        if head.number != number or head.previous != self.digest or shrunk:
            self._broken(What.ORDER, f"head {head.number}")

    def _note(self, head: Head, name: str, top: Top) -> None:
        points = self.points.setdefault(name, [])
        if points and points[-1].size == top.size:
            if points[-1].root != top.root:
                self._broken(What.ORDER, f"head {head.number}", stream=name)
        else:
            points.append(Checkpoint(top.size, top.root, head.number))

    def _broken(self, what: What, place: str, *, stream: str = "") -> None:
        self.breaks.append(Break(what, stream, place=place))


async def walk(heads: AsyncIterator[Signed], chain: Chain) -> Chain:
    async for one in heads:
        chain.take(one)
    chain.end()
    return chain


def witnessed(heads: Collection[Signed]) -> dict[int, Signed]:
    """A witness's heads by number; ValueError if one is not signed by the key that it names."""
    found = {}
    for one in heads:
        head = wire.read(one.body)
        if not keys.is_signed(one, head.key):
            raise ValueError(f"the witness's head {head.number} is not signed")
        found[head.number] = one
    return found
