"""The keys of a crowd in columns, and the seals they put around messages that go out together."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.crowd.lives import I8
from simulators.crowd.payloads import Bytes, serial
from simulators.sealing import TOPICS
from tracking.seals import wire
from tracking.seals.model import Way
from tracking.seals.wire import Sealer


class Seals:
    """By way and device: the last counter, and the tag before. Whoever has no key speaks plain."""

    def __init__(self, devices: int) -> None:
        self.number: Final = np.zeros(devices, np.int64)
        self.key: Final[dict[int, bytes]] = {}
        self.counter: Final = {way: np.zeros(devices, np.int64) for way in Way}
        self.before: Final = {way: np.zeros(devices, np.uint64) for way in Way}

    @classmethod
    def of(cls, sealers: Mapping[str, Sealer], devices: int) -> "Seals":
        """As `simulators.sealing.sealers` reads them, by topic."""
        made = cls(devices)
        for who in range(devices):
            for way, topic in TOPICS.items():
                if sealer := sealers.get(topic.format(serial(who))):
                    made.number[who], made.key[who] = sealer.number, sealer.key
                    made.counter[way][who], made.before[way][who] = sealer.counter, sealer.before
        return made

    def sealers(self) -> dict[str, Sealer]:
        """For `simulators.sealing.keep`."""
        return {
            topic.format(serial(who)): Sealer(
                int(self.number[who]), key, int(self.counter[way][who]), int(self.before[way][who]), way
            )
            for who, key in self.key.items()
            for way, topic in TOPICS.items()
        }

    def has(self, who: I8) -> NDArray[np.bool_]:
        return self.number[who] > 0

    def seal(self, who: I8, rows: Bytes, *, way: Way) -> Bytes:
        """One message a row, each of a device that has a key, in the order in which they go out."""
        out = np.empty((len(who), wire.LEAST + rows.shape[1]), np.uint8)
        for some in _turns(who):
            out[some] = self._once(who[some], rows[some], way)
        return out

    def _once(self, who: I8, rows: Bytes, way: Way) -> Bytes:
        """No device twice: each names the tag that its message before was given."""
        counter, before = self.counter[way], self.before[way]
        counter[who] += 1
        head = np.zeros(len(who), wire.HEAD)
        head["magic"], head["way"], head["key"] = wire.MAGIC, way, self.number[who]
        head["counter"], head["before"] = counter[who], before[who]
        said = np.hstack((head.view(np.uint8).reshape(len(who), -1), rows))
        tags = self._tags(who, said)
        before[who] = tags.view("<u8")[:, 0]
        return np.hstack((said, tags))

    def _tags(self, who: I8, said: Bytes) -> Bytes:
        raw, size = said.tobytes(), said.shape[1]
        made = [
            wire.tag(self.key[one], raw[at * size : (at + 1) * size]) for at, one in enumerate(who.tolist())
        ]
        return np.frombuffer(b"".join(made), np.uint8).reshape(len(who), wire.TAG)


def _turns(who: I8) -> Iterator[NDArray[np.intp]]:
    """The places of everybody's first message, then of their second ones, and so on."""
    order = np.argsort(who, kind="stable")
    _, begins, counts = np.unique(who[order], return_index=True, return_counts=True)
    rank = np.empty(len(who), np.int64)
    rank[order] = np.arange(len(who)) - np.repeat(begins, counts)
    for turn in range(int(counts.max(initial=0))):
        yield np.flatnonzero(rank == turn)
