"""Many devices at once: what each will report next, worked out in columns and read row by row."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId, PersonId
from simulators.errors import RADIUS_68, Bools, Errors, Seen
from simulators.plane import F8, degrees
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US, Scene, SceneKind, Ways
from simulators.world import Resident
from tracking.model import DeviceEvent, EventKind, Fix, Flag, Mechanism, Report

I8 = NDArray[np.int64]

CHUNK_S: Final = 10.0
HEARTBEAT_S: Final = 60.0
FLAT_PERCENT: Final = 9
LEAP_M: Final = 5000.0
DRIFT_M: Final = 280.0
DRIFTS_US: Final = 90 * SECOND_US
"""From the true place to the false one, and back."""
MOVES_MPS: Final = 0.3
NO_REPORT: Final = (SceneKind.SILENT, SceneKind.JAM)
FLAGS: Final = {SceneKind.STRAP: Flag.STRAP_OPEN, SceneKind.CASE: Flag.CASE_OPEN}
EVENTS: Final = {  # at the beginning and at the end of a scene
    SceneKind.STRAP: (EventKind.STRAP_OPEN, EventKind.STRAP_CLOSED),
    SceneKind.CASE: (EventKind.CASE_OPEN, EventKind.CASE_CLOSED),
    SceneKind.JAM: (EventKind.JAMMING, EventKind.JAMMING_ENDED),
    SceneKind.BATTERY: (EventKind.BATTERY, EventKind.CHARGING),
}


@dataclass(frozen=True, slots=True)
class Leap:
    """All clocks of devices are wrong by so much in [since, until)."""

    since_us: int
    until_us: int
    by_us: int

    def at(self, at_us: float) -> int:
        return self.by_us if self.since_us <= at_us < self.until_us else 0


NO_LEAP: Final = Leap(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Due:
    """At this moment a device takes a report; its number comes with the taking."""

    at_us: int
    who: int
    make: Callable[[int], Report]


class Fleet:
    """Chunks must be asked for in order: receivers remember their errors."""

    def __init__(
        self,
        residents: Sequence[Resident],
        plan: Plan,
        *,
        interval_s: float,
        seed: int,
        clock_error_s: float = 0.0,
        leap: Leap = NO_LEAP,
    ) -> None:
        random = np.random.default_rng((seed, 7))
        n = len(residents)
        self.residents = residents
        self.plan = plan
        self.interval_us = round(interval_s * SECOND_US)
        self.ways = Ways(residents, plan.scenes)
        self.errors = Errors(n, seed, receiver=plan.receiver)
        self.phase_us = random.integers(0, self.interval_us, n)
        self.clock_us = (random.normal(0.0, 1.0, n) * clock_error_s * SECOND_US).astype(np.int64)
        self.leap = leap
        self.battery = random.integers(55, 96, n)
        self.heard_us = np.zeros(n, dtype=np.int64)
        self.scenes: list[Scene] = []
        self.by_who: dict[int, list[Scene]] = {}
        for scene in plan.scenes:
            self._note(scene)

    def play(self, scenes: Iterable[Scene]) -> None:
        """More scenes, which begin after the chunk that is worked out now."""
        for scene in scenes:
            self._note(scene)
            self.ways.add(scene)

    @property
    def chunk_us(self) -> int:
        return self.interval_us * max(3, round(CHUNK_S * SECOND_US / self.interval_us))

    def dues(self, begins_us: int, ends_us: int | None) -> Iterator[Due]:
        """All reports of a run; without an end it goes on for ever."""
        since_us = begins_us
        while ends_us is None or since_us < ends_us:
            for due in self.chunk(since_us):
                if ends_us is None or due.at_us < ends_us:
                    yield due
            since_us += self.chunk_us

    def away(self) -> dict[int, list[tuple[int, int]]]:
        """When which devices have no network."""
        out: dict[int, list[tuple[int, int]]] = {}
        for scene in self.scenes:
            if scene.kind in {SceneKind.OFFLINE, SceneKind.SILENT}:
                out.setdefault(scene.who, []).append((scene.begins_us, scene.ends_us))
        return out

    def chunk(self, since_us: int) -> Iterator[Due]:
        """Everything due in [since, since + chunk), in order of time."""
        steps = self.chunk_us // self.interval_us
        at = since_us + self.phase_us[:, None] + np.arange(steps) * self.interval_us
        fixes = self._fixes(at)
        order = np.argsort(at, axis=None, kind="stable")
        listed = [column.ravel()[order].tolist() for column in (at, *fixes)]
        told = sorted(self._told(since_us), key=lambda due: due.at_us, reverse=True)
        who = (order // steps).tolist()
        for place, row in zip(who, zip(*listed, strict=True), strict=True):
            while told and told[-1].at_us <= row[0]:
                yield told.pop()
            due = self._due(place, row)
            if due is not None:
                yield due
        yield from reversed(told)

    def at_once(self, who: int, at_us: int) -> Callable[[int], Report]:
        """What a device says that is asked between its turns: its receiver errs as it does now."""
        at = np.array([at_us - SECOND_US, at_us])
        x, y, sky = self.ways.where(who, at)
        speed, course = self._motion(x[None], y[None], SECOND_US)
        skies = np.full(len(self.residents), sky[-1], np.uint8)
        seen = self.errors.seen(skies)
        flags, battery = np.zeros(2, np.int64), np.full(2, self.battery[who])
        located, leap = np.array([seen.located[who]] * 2), np.zeros(2)
        for scene in self.by_who.get(who, ()):
            on = (at >= scene.begins_us) & (at < scene.ends_us)
            _play(scene, on, at, flags=flags, battery=battery, located=located, leap=leap)
        if not located[-1]:
            return self._event(who, at_us, kind=EventKind.HEARTBEAT, value=int(battery[-1]))
        east = x[-1] + seen.east[who] + leap[-1] * (-LEAP_M if x[-1] > 0 else LEAP_M)
        lon, lat = degrees(east, y[-1] + seen.north[who])
        moves = Flag.MOTION.value if speed[0, -1] > MOVES_MPS else 0
        row = (at_us, round(float(lon), 7), round(float(lat), 7), round(float(seen.accuracy_m[who]), 1))
        more = (float(speed[0, -1]), float(course[0, -1]), int(seen.mechanism[who]), int(battery[-1]))
        return self._fix(who, (*row, *more, int(flags[-1]) | moves, True))

    def _fixes(self, at: I8) -> tuple[NDArray[np.generic], ...]:
        """By device and step: lon, lat, accuracy, speed, course, mechanism, battery, flags, located."""
        x, y, sky = (np.empty(at.shape) for _ in range(3))
        for who in range(len(at)):
            x[who], y[who], sky[who] = self.ways.where(who, at[who])
        seen = [
            self.errors.step(sky[:, i].astype(np.uint8), self.interval_us / SECOND_US)
            for i in range(at.shape[1])
        ]
        speed, course = self._motion(x, y, self.interval_us)
        flags = np.where(speed > MOVES_MPS, Flag.MOTION.value, 0)
        battery = np.broadcast_to(self.battery[:, None], at.shape).copy()
        located = np.column_stack([s.located for s in seen])
        leap = np.zeros(at.shape)
        for who, scenes in self.by_who.items():
            for scene in scenes:
                on = (at[who] >= scene.begins_us) & (at[who] < scene.ends_us)
                mine = {"flags": flags[who], "battery": battery[who], "located": located[who]}
                _play(scene, on, at[who], leap=leap[who], **mine)
        leap *= np.where(x > 0, -LEAP_M, LEAP_M)
        lon, lat = degrees(x + _columns(seen, "east") + leap, y + _columns(seen, "north"))
        accuracy = _columns(seen, "accuracy_m").round(1)
        mechanism = np.column_stack([s.mechanism for s in seen])
        return lon.round(7), lat.round(7), accuracy, speed, course, mechanism, battery, flags, located

    def _motion(self, x: F8, y: F8, step_us: int) -> tuple[F8, F8]:
        seconds = step_us / SECOND_US
        dx, dy = np.gradient(x, axis=1) / seconds, np.gradient(y, axis=1) / seconds
        return np.hypot(dx, dy).round(2), (np.degrees(np.arctan2(dx, dy)) % 360).round(1)

    def _due(self, who: int, row: tuple[float, ...]) -> Due | None:
        at_us, *_, located = row
        if located:
            self.heard_us[who] = at_us
            return Due(int(at_us), who, self._fix(who, row))
        is_quiet = any(
            s.kind is SceneKind.SILENT and s.begins_us <= at_us < s.ends_us for s in self.by_who.get(who, ())
        )
        if is_quiet or at_us - self.heard_us[who] < HEARTBEAT_S * SECOND_US:
            return None
        self.heard_us[who] = at_us
        battery = int(self.battery[who])
        return Due(int(at_us), who, self._event(who, int(at_us), kind=EventKind.HEARTBEAT, value=battery))

    def _fix(self, who: int, row: tuple[float, ...]) -> Callable[[int], Report]:
        at_us, lon, lat, accuracy, speed, course, mechanism, battery, flags, _ = row
        is_gnss = mechanism == Mechanism.GNSS
        taken_us = int(at_us + self.clock_us[who] + self.leap.at(at_us))

        def make(sequence: int) -> Report:
            return Fix(
                device=self.residents[who].device.id,
                sequence=sequence,
                person=PersonId(0),
                taken_us=taken_us,
                received_us=0,
                lon=lon,
                lat=lat,
                accuracy_m=accuracy,
                speed_mps=speed if is_gnss else None,
                course_deg=course if is_gnss and speed > MOVES_MPS else None,
                satellites=max(4, 14 - int(accuracy / RADIUS_68 / 2)) if is_gnss else None,
                hdop=round(0.8 + accuracy / 20, 1) if is_gnss else None,
                battery=int(battery),
                mechanism=Mechanism(int(mechanism)),
                flags=Flag(int(flags)),
            )

        return make

    def _event(self, who: int, at_us: int, *, kind: EventKind, value: int | None) -> Callable[[int], Report]:
        device = DeviceId(self.residents[who].device.id)
        taken_us = int(at_us + self.clock_us[who] + self.leap.at(at_us))
        return lambda sequence: DeviceEvent(device, sequence, PersonId(0), taken_us, 0, kind, value)

    def _note(self, scene: Scene) -> None:
        self.scenes.append(scene)
        self.by_who.setdefault(scene.who, []).append(scene)

    def _told(self, since_us: int) -> list[Due]:
        """The events with which scenes begin and end."""
        out = []
        for scene in self.scenes:
            for at_us, kind in zip(
                (scene.begins_us, scene.ends_us), EVENTS.get(scene.kind, ()), strict=False
            ):
                if since_us <= at_us < since_us + self.chunk_us:
                    value = FLAT_PERCENT if kind is EventKind.BATTERY else None
                    make = self._event(scene.who, at_us, kind=kind, value=value)
                    out.append(Due(at_us, scene.who, make))
        return out


def _play(
    scene: Scene,
    on: Bools,
    at: I8,
    *,
    flags: I8,
    battery: I8,
    located: Bools,
    leap: F8,
) -> None:
    """What a scene does to the reports of its own device while it is on."""
    if scene.kind in NO_REPORT:
        located[on] = False
    elif scene.kind in FLAGS:
        flags[on] |= FLAGS[scene.kind].value
    elif scene.kind is SceneKind.BATTERY:
        battery[on] = FLAT_PERCENT
    elif scene.kind is SceneKind.LEAP:
        leap[on] = 1.0
    elif scene.kind is SceneKind.DRIFT:
        gone = np.minimum(at[on] - scene.begins_us, scene.ends_us - at[on]) / DRIFTS_US
        leap[on] = np.clip(gone, 0.0, 1.0) * DRIFT_M / LEAP_M


def _columns(seen: list[Seen], name: str) -> F8:
    return np.column_stack([getattr(s, name) for s in seen])
