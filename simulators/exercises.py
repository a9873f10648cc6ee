"""Exercises of a training platform: who stands ready for each kind, and the scenes that are played with them.

All stay at home, indoors, until somebody asks for an exercise; times are seconds since it begins."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, pi, sin
from random import Random
from typing import Final

from geofence.exercises.model import ExerciseKind
from geofence.model import ConditionId, ConditionKind, Hours, Term, ZoneId
from simulators import days, places
from simulators.days import Habit, Sky
from simulators.places import Zone
from simulators.plane import Spot
from simulators.scenes import SECOND_US, Scene, SceneKind
from simulators.world import Resident, World

RADIUS_M: Final = 80.0
FAR_M: Final = 420.0
EACH: Final = 3
"""Actors of a kind: so many exercises of it can be under way at once."""


@dataclass(frozen=True, slots=True)
class Act:
    """A condition, and what happens under it."""

    kind: ConditionKind
    lasts_s: float
    does: tuple[tuple[SceneKind, float, float], ...] = ()
    walk: tuple[tuple[float, float], ...] = ()
    """(second, metres east of home)."""


ACTS: Final = {
    ExerciseKind.NIGHT_BREACH: Act(
        ConditionKind.CURFEW, 720, walk=((0, 0), (20, 0), (200, FAR_M), (520, FAR_M), (700, 0), (720, 0))
    ),
    ExerciseKind.DEAD_BATTERY: Act(  # low first, then nothing for longer than the platform waits
        ConditionKind.INCLUSION, 1500, does=((SceneKind.BATTERY, 0, 1500), (SceneKind.SILENT, 120, 1490))
    ),
    ExerciseKind.JAMMING: Act(ConditionKind.INCLUSION, 300, does=((SceneKind.JAM, 0, 300),)),
    ExerciseKind.OPEN_STRAP: Act(ConditionKind.INCLUSION, 180, does=((SceneKind.STRAP, 0, 180),)),
    ExerciseKind.INDOOR_DRIFT: Act(ConditionKind.INCLUSION, 600, does=((SceneKind.DRIFT, 0, 600),)),
}
PLACES: Final = tuple((kind, n) for kind in ExerciseKind for n in range(EACH))


def staged(world: World, _at_us: int) -> tuple[World, tuple[Scene, ...]]:
    """The city with its last people replaced by the actors, who do nothing yet."""
    first = len(world.residents) - len(PLACES)
    actors = [_actor(world.residents[first + place], place) for place in range(len(PLACES))]
    return replace(world, residents=(*world.residents[:first], *actors)), ()


def actors(world: World, kind: ExerciseKind) -> list[int]:
    """Places in the list of residents."""
    first = len(world.residents) - len(PLACES)
    return [first + place for place, (of, _) in enumerate(PLACES) if of is kind]


def scenes(kind: ExerciseKind, world: World, *, who: int, begins_us: int) -> Iterator[Scene]:
    act, home = ACTS[kind], world.residents[who].day.home
    if act.walk:
        walk = [(t, home.x + east, home.y) for t, east in act.walk]
        yield Scene(who, SceneKind.WALK, begins_us, _after(begins_us, act.lasts_s), walk, Sky.OPEN)
    for what, since_s, until_s in act.does:
        yield Scene(who, what, _after(begins_us, since_s), _after(begins_us, until_s))


def ends_us(kind: ExerciseKind, begins_us: int) -> int:
    return _after(begins_us, ACTS[kind].lasts_s)


def _after(begins_us: int, seconds: float) -> int:
    return begins_us + int(seconds * SECOND_US)


def _actor(understudy: Resident, place: int) -> Resident:
    """In force at any hour: a night can be practised in the morning."""
    kind, _ = PLACES[place]
    spot = _spot(place)
    number = understudy.person.id
    zone = Zone(ZoneId(1000 + number * 10 + 5), f"Uy {number:05}", places.circle(spot, RADIUS_M))
    term = Term(
        condition=ConditionId(number * 100 + 1),
        order=understudy.order.id,
        zone=zone.id,
        zone_version=1,
        kind=ACTS[kind].kind,
        shape=zone.shape,
        hours=Hours(),
        since_us=understudy.terms[0].since_us,
        until_us=understudy.terms[0].until_us,
    )
    return replace(
        understudy,
        habit=Habit.HOMEBOUND,
        day=days.day(Habit.HOMEBOUND, spot, spot, leaves_s=0, random=Random(0)),
        zones=(zone,),
        terms=(term,),
        is_actor=True,
    )


def _spot(place: int) -> Spot:
    turn, far = 2 * pi * place / len(PLACES), (2800.0, 4200.0)[place % 2]
    return Spot(far * cos(turn), far * sin(turn))
