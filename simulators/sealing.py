"""Keys of simulated devices, as `ejazo device keys` writes them, and a hostile broker in between."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final

from simulators.link import Parcel
from tracking.seals.wire import BEFORE, Sealer

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


def sealers(folder: Path, serials: Sequence[str]) -> dict[int, Sealer]:
    """By place; who has no key speaks plain. A new run is a new life of a device: counters go on where the
    run before wrote them down."""
    found = {}
    for who, serial in enumerate(serials):
        path = folder / f"{serial}.seal"
        if path.exists():
            said = json.loads(path.read_text("utf-8"))
            found[who] = Sealer(
                said["number"], bytes.fromhex(said["key"]), said.get("counter", 0), said.get("before", 0)
            )
    return found


def keep(folder: Path, serials: Sequence[str], sealing: dict[int, Sealer]) -> None:
    """What a device has in lasting memory, for the next run."""
    for who, sealer in sealing.items():
        said = {"serial": serials[who], "number": sealer.number, "key": sealer.key.hex()}
        said |= {"counter": sealer.counter, "before": sealer.before}
        (folder / f"{serials[who]}.seal").write_text(json.dumps(said), "utf-8")


@dataclass(slots=True)
class Broker:
    """One that does a share of its messages wrong."""

    attack: Attack
    share: float
    seed: int
    done: int = 0
    random: Random = field(init=False)
    passed: dict[int, deque[Parcel]] = field(default_factory=dict)
    """Of each device, what went by last."""
    held: list[tuple[int, Parcel]] = field(default_factory=list)
    """How many of its device must still go by before each."""

    def __post_init__(self) -> None:
        self.random = Random(f"{self.seed}/broker")

    def pass_on(self, parcel: Parcel) -> list[Parcel]:
        """What leaves it for one that came."""
        freed = self._freed(parcel.who)
        is_wrong = self.random.random() < self.share
        seen = self.passed.setdefault(parcel.who, deque(maxlen=LATER))
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

    def _freed(self, who: int) -> list[Parcel]:
        left = [(n - (one.who == who), one) for n, one in self.held]
        self.held = [(n, one) for n, one in left if n > 0]
        return [one for n, one in left if n <= 0]


def _altered(payload: bytes) -> bytes:
    """One bit of what the device says, its tag left as it is."""
    at = min(BEFORE, len(payload) - 1)
    return payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
