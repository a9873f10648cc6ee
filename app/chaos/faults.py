"""The faults of the drill: what strikes, for how long, what of the machine it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.chaos.rig import Rig

AWAY_S: Final = 15.0
"""Longer than a pause that counts as none (core.heartbeat)."""
FULL_S: Final = 20.0
CUT_S: Final = 25.0
WORKER_CUT_S: Final = 60.0
"""Longer than its keep-alive takes to notice."""
JUMP_S: Final = 120
DEVICES_JUMP_S: Final = 50
"""Less than `counting.TOLERANCE_US`: the ledger's truth stays comparable."""


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    strike: Callable[[Rig], None]
    """Returns when its cause is gone."""
    needs: str = ""
    blinds: bool = False
    """The platform must afterwards know that it was blind."""
    options: tuple[str, ...] = ()
    """Of the simulation."""


def killed(*names: str) -> Callable[[Rig], None]:
    def strike(rig: Rig) -> None:
        for name in names:
            rig.kill(name)

    return strike


def away(name: str) -> Callable[[Rig], None]:
    return lambda rig: rig.stop_for(name, AWAY_S)


def disk_full(rig: Rig) -> None:
    assert rig.volume is not None  # noqa: S101 - for the type checker
    rig.volume.fill()
    rig.go_on(FULL_S)
    rig.volume.empty()


def cut(name: str, *, seconds: float) -> Callable[[Rig], None]:
    def strike(rig: Rig) -> None:
        assert rig.networks is not None  # noqa: S101 - for the type checker
        rig.networks.cut(name)
        rig.go_on(seconds)
        rig.networks.mend(name)

    return strike


def jump(rig: Rig) -> None:
    """Forward, and back again."""
    assert rig.clock is not None  # noqa: S101 - for the type checker
    rig.clock.jump(JUMP_S)
    rig.go_on(AWAY_S)
    rig.clock.jump(0)


def nothing(_: Rig) -> None:
    """What strikes is in the simulation's own options."""


ALL: Final = (
    Fault("kill -9 worker", killed("worker")),
    Fault("kill -9 API", killed("API")),
    Fault("kill -9 keeper", killed("keeper")),
    Fault("kill -9 broker", killed("broker")),
    Fault("kill -9 database", killed("database")),
    Fault("kill -9 of all at once", killed("worker", "API", "keeper", "broker", "database")),
    Fault(f"broker away {AWAY_S:.0f} s", away("broker"), blinds=True),
    Fault(f"database away {AWAY_S:.0f} s", away("database"), blinds=True),
    Fault(f"database's disk full {FULL_S:.0f} s", disk_full, needs="volume"),
    Fault(f"devices cut off {CUT_S:.0f} s", cut("devices", seconds=CUT_S), needs="networks"),
    Fault(
        f"worker cut off {WORKER_CUT_S:.0f} s",
        cut("worker", seconds=WORKER_CUT_S),
        needs="networks",
        blinds=True,
    ),
    Fault(
        f"devices' clocks back {DEVICES_JUMP_S} s, and on again",
        nothing,
        options=("--clock-leap", str(-DEVICES_JUMP_S)),
    ),
    Fault(f"platform's clock on {JUMP_S} s, and back", jump, needs="clock"),
)
