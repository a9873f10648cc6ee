"""What happens to somebody besides the ordinary day: a detour, an open strap, a jammer, silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulators import days
from simulators.days import Sky
from simulators.paths import Timed
from simulators.plane import F8
from simulators.world import Resident

SECOND_US = 1_000_000


class SceneKind(StrEnum):
    WALK = "walk"  # goes its own way instead of the ordinary one
    STRAP = "strap"
    CASE = "case"
    BATTERY = "battery"
    JAM = "jam"
    OFFLINE = "offline"  # reports are taken, but nothing is sent: they arrive late
    SILENT = "silent"  # nothing is taken and nothing is sent
    LEAP = "leap"  # reports a place it cannot be at
    DRIFT = "drift"  # stays, while its receiver wanders off and believes itself


@dataclass(frozen=True, slots=True)
class Scene:
    """`who` is the place in the list of residents. `walk` counts seconds from `begins_us`, in metres."""

    who: int
    kind: SceneKind
    begins_us: int
    ends_us: int
    walk: Timed = ()  # type: ignore[assignment]
    sky: Sky = Sky.OPEN


class Ways:
    """Where everybody truly is: their ordinary days, and the walks of scenes in their place."""

    def __init__(self, residents: Sequence[Resident], scenes: Iterable[Scene] = ()) -> None:
        self.residents = residents
        self.walks: dict[int, list[Scene]] = {}
        for scene in scenes:
            self.add(scene)

    def add(self, scene: Scene) -> None:
        if scene.kind is SceneKind.WALK:
            self.walks.setdefault(scene.who, []).append(scene)

    def where(self, who: int, taken_us: NDArray[np.int64]) -> tuple[F8, F8, NDArray[np.uint8]]:
        resident = self.residents[who]
        x, y, sky = days.where(resident.day, resident.person.id, taken_us)
        for scene in self.walks.get(who, ()):
            on = (taken_us >= scene.begins_us) & (taken_us < scene.ends_us)
            if on.any():
                at, east, north = (np.array(c) for c in zip(*scene.walk, strict=True))
                t = (taken_us[on] - scene.begins_us) / SECOND_US
                x[on], y[on] = np.interp(t, at, east), np.interp(t, at, north)
                sky[on] = scene.sky
        return x, y, sky
