"""Who of the crowd breaks a condition, when, and what is true of it; others keep theirs by construction."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

import numpy as np

from geofence.model import ConditionKind, Term
from simulators import detours, places, truth, world
from simulators.crowd.pool import RECEIVER
from simulators.scenes import SECOND_US, Scene, SceneKind, Ways
from simulators.truth import TrueBreach
from simulators.world import Resident

STAYS_S: Final = 300.0
MOST_TRIES: Final = 4
"""So many people are looked at for one who can break something."""
MINUTE_US: Final = 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class Broken:
    """`who` are the places of those who leave their ways, in the order of `scenes`."""

    who: tuple[int, ...]
    scenes: tuple[Scene, ...]
    truths: tuple[TrueBreach, ...]


def plan(people: int, seed: int, share: float, *, begins_us: int, ends_us: int, today: date) -> Broken:
    """A share of all people leaves for five minutes where they must be, or enters where they must not."""
    random, wanted = Random(f"{seed}/breaking"), round(people * share)
    city, forbidden = places.city(), world.shared(seed)
    who: list[int] = []
    residents: list[Resident] = []
    scenes: list[Scene] = []
    for number in random.sample(range(1, people + 1), min(people, wanted * MOST_TRIES)):
        if len(who) == wanted:
            break
        resident = world.resident(number, seed, today=today, city=city, forbidden=forbidden)
        term = _breakable(resident, random, begins_us, ends_us)
        if term is not None:
            scenes.append(_scene(len(who), term, random, begins_us=begins_us, ends_us=ends_us))
            residents.append(resident)
            who.append(number - 1)
    ways = Ways(residents, scenes)
    truths = truth.breaches(ways, since_us=begins_us, until_us=ends_us, receiver=RECEIVER)
    return Broken(
        tuple(who), tuple(replace(s, who=w) for s, w in zip(scenes, who, strict=True)), tuple(truths)
    )


def _breakable(resident: Resident, random: Random, begins_us: int, ends_us: int) -> Term | None:
    """What binds during the whole run: a place one must be at, else (if none ever binds) a forbidden one."""
    moments = np.append(np.arange(begins_us, ends_us, MINUTE_US, dtype=np.int64), ends_us - 1)
    bound = [(t, truth.in_force(t, moments)) for t in resident.terms if t.kind in PLACES]
    if any(held.any() for _, held in bound):
        return next((t for t, held in bound if held.all()), None)
    forbidden = [t for t in resident.terms if t.kind is ConditionKind.EXCLUSION]
    return random.choice(forbidden) if forbidden else None


PLACES: Final = (ConditionKind.INCLUSION, ConditionKind.CURFEW)


def _scene(place: int, term: Term, random: Random, *, begins_us: int, ends_us: int) -> Scene:
    lasts_s = (ends_us - begins_us) / SECOND_US
    stays_s = min(STAYS_S, 0.5 * lasts_s)
    crosses_s = random.uniform(0.1 * lasts_s, max(0.3 * lasts_s, 0.8 * lasts_s - stays_s))
    walk = detours.walk(term, random, crosses_s=crosses_s, stays_s=stays_s, ends_s=lasts_s)
    return Scene(place, SceneKind.WALK, begins_us, ends_us, walk)
