"""Keys of simulated devices, as `ejazo device keys` writes them, and a hostile broker in between."""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, Final

from simulators.link import Parcel
from tracking.model import PAST, UP
from tracking.seals.model import Way
from tracking.seals.wire import BEFORE, Sealer

TOPICS: Final = {Way.UP: UP, Way.PAST: PAST}
LATER: Final = 80
"""So many messages of its device go by before an old one comes again, or one held back goes on."""


class Attack(StrEnum):
    FORGE = "forge"
    """A message more, with another place in it."""
    REPLAY = "replay"
    """One from long before once more."""
    REORDER = "reorder"
    """One goes on after many that were sent later."""
    CUT = "cut"
    """One goes nowhere."""


Sealers = Mapping[str, Sealer]
"""By topic."""


def sealers(folder: Path, serials: Sequence[str]) -> dict[str, Sealer]:
    """Who has no key speaks plain. A new run is a new life of a device: counters go on where the run before
    wrote them down."""
    found = {}
    for serial in serials:
        path = folder / f"{serial}.seal"
        said = json.loads(path.read_text("utf-8")) if path.exists() else {}
        for way, topic in TOPICS.items() if said else ():
            counter, before = said.get(way.name.lower(), (0, 0))
            key = bytes.fromhex(said["key"])
            found[topic.format(serial)] = Sealer(said["number"], key, counter, before, way)
    return found


def keep(folder: Path, serials: Sequence[str], sealing: Sealers) -> None:
    """What a device has in lasting memory, for the next run."""
    for serial in serials:
        held = [sealing[topic.format(serial)] for topic in TOPICS.values() if topic.format(serial) in sealing]
        for one in held[:1]:
            said: dict[str, Any] = {"serial": serial, "number": one.number, "key": one.key.hex()}
            said |= {sealer.way.name.lower(): (sealer.counter, sealer.before) for sealer in held}
            (folder / f"{serial}.seal").write_text(json.dumps(said), "utf-8")


@dataclass(slots=True)
class Broker:
    """One that does a share of its messages wrong."""

    attack: Attack
    share: float
    seed: int
    done: int = 0
    random: Random = field(init=False)
    passed: dict[str, deque[Parcel]] = field(default_factory=dict)
    """Of each device and way, what went by last."""
    held: list[tuple[int, Parcel]] = field(default_factory=list)
    """How many of its topic must still go by before each."""

    def __post_init__(self) -> None:
        self.random = Random(f"{self.seed}/broker")

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """What leaves it for one that came."""
        freed = self._freed(parcel.topic)
        is_wrong = self.random.random() < self.share
        seen = self.passed.setdefault(parcel.topic, deque(maxlen=LATER))
        out = [parcel, *freed]
        if is_wrong and self.attack is Attack.FORGE:
            out.append(parcel._replace(payload=_altered(parcel.payload)))
        elif is_wrong and self.attack is Attack.REPLAY and len(seen) == LATER:
            out.append(seen[0])
        elif is_wrong and self.attack is Attack.REORDER:
            self.held.append((LATER, parcel))
            out = freed
        elif is_wrong and self.attack is Attack.CUT:
            out = freed
        else:
            is_wrong = False
        self.done += is_wrong
        seen.append(parcel)
        return out

    def _freed(self, topic: str) -> list[Parcel]:
        left = [(n - (one.topic == topic), one) for n, one in self.held]
        self.held = [(n, one) for n, one in left if n > 0]
        return [one for n, one in left if n <= 0]


def _altered(payload: bytes) -> bytes:
    """One bit of what the device says, its tag left as it is."""
    at = min(BEFORE, len(payload) - 1)
    return payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
