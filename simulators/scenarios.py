"""What a run is about: which scenes happen to whom, and how good the receivers are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from geofence.model import ConditionKind, Term
from simulators import detours, truth
from simulators.errors import DRIFTING, ORDINARY, Receiver
from simulators.scenes import SECOND_US, Scene, SceneKind
from simulators.world import Resident

SHORT_S = (10.0, 30.0)
"""Visits too short for anybody to be sure of."""


@dataclass(frozen=True, slots=True)
class Plan:
    scenes: tuple[Scene, ...] = ()
    receiver: Receiver = ORDINARY


@dataclass(frozen=True, slots=True)
class Run:
    """From when to when, and for whom."""

    residents: Sequence[Resident]
    begins_us: int
    lasts_s: float
    random: Random

    @property
    def ends_us(self) -> int:
        return self.begins_us + int(self.lasts_s * SECOND_US)

    def at(self, share: float) -> int:
        return self.begins_us + int(share * self.lasts_s * SECOND_US)


Scenes = list[Scene]


def plan(scenario: str, residents: Sequence[Resident], *, begins_us: int, lasts_s: float, seed: int) -> Plan:
    run = Run(residents, begins_us, lasts_s, Random(f"{seed}/{scenario}"))
    receiver = DRIFTING if scenario == "drift" else ORDINARY
    return Plan(tuple(SCENARIOS[scenario](run)), receiver)


def _commute(_: Run) -> Scenes:
    return []


def _breach(run: Run, one_in: int = 3) -> Scenes:
    return [s for who in _some(run, one_in) for s in _detour(run, who)]


def _late_buffer(run: Run, one_in: int = 3) -> Scenes:
    """Half of those who are out of reach break a condition meanwhile."""
    out: Scenes = []
    for i, who in enumerate(_some(run, one_in)):
        since, until = run.random.uniform(0.1, 0.3), run.random.uniform(0.6, 0.9)
        out.append(Scene(who, SceneKind.OFFLINE, run.at(since), run.at(until)))
        out += _detour(run, who) if i % 2 == 0 else []
    return out


def _of_device(kind: SceneKind, one_in: int = 5) -> Callable[[Run], Scenes]:
    def scenes(run: Run, rare: int = 1) -> Scenes:
        spans = (
            (who, run.random.uniform(0.1, 0.4), run.random.uniform(0.5, 0.9))
            for who in _some(run, one_in * rare)
        )
        return [Scene(who, kind, run.at(a), run.at(b)) for who, a, b in spans]

    return scenes


def _mixed(run: Run) -> Scenes:
    """A little of everything; each kind to its own people."""
    kinds = (SceneKind.STRAP, SceneKind.JAM, SceneKind.BATTERY, SceneKind.OFFLINE, SceneKind.SILENT)
    out = _breach(run, 20)
    busy = {scene.who for scene in out}
    for kind in kinds:
        out += [s for s in _of_device(kind, 40)(run) if s.who not in busy]
        busy |= {scene.who for scene in out}
    return out


SCENARIOS: dict[str, Callable[[Run], Scenes]] = {
    "commute": _commute,
    "breach": _breach,
    "late-buffer": _late_buffer,
    "jam": _of_device(SceneKind.JAM),
    "strap": _of_device(SceneKind.STRAP),
    "drift": _commute,
    "mixed": _mixed,
}


def _some(run: Run, one_in: int) -> list[int]:
    """At least one; in an order of chance."""
    many = max(1, len(run.residents) // one_in) if run.residents else 0
    return run.random.sample(range(len(run.residents)), many)


def _detour(run: Run, who: int) -> Scenes:
    """Breaks what binds the person now; one in five comes back before anybody could be sure."""
    term = _breakable(run, run.residents[who])
    if term is None:
        return []
    crosses = run.random.uniform(0.1, 0.3) * run.lasts_s
    is_short = run.random.random() < 0.2
    stays = run.random.uniform(*SHORT_S) if is_short else run.random.uniform(0.4, 0.6) * run.lasts_s
    walk = detours.walk(term, run.random, crosses_s=crosses, stays_s=stays, ends_s=run.lasts_s)
    return [Scene(who, SceneKind.WALK, run.begins_us, run.ends_us, walk)]


def _breakable(run: Run, resident: Resident) -> Term | None:
    """Where one must be comes first: nobody bound to a place is elsewhere without breaking that."""
    moments = np.array([run.begins_us, run.ends_us - 1], dtype=np.int64)
    binding = [t for t in resident.terms if truth.in_force(t, moments).any()]
    places = [t for t in binding if t.kind in {ConditionKind.INCLUSION, ConditionKind.CURFEW}]
    forbidden = [t for t in binding if t.kind is ConditionKind.EXCLUSION]
    return next(iter(places), None) or (run.random.choice(forbidden) if forbidden else None)
