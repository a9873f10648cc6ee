"""Makes the ways of a whole country, in as many processes as there are cores, a thousand people at a time."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

import numpy as np

from inmates.model import OrderKind
from simulators import days, nation, world
from simulators.crowd import lives
from simulators.crowd.lives import I8, Lives, Ways
from simulators.days import Habit

PART: Final = 1000
"""People in one piece of work; up to one, no further process is started."""
LIVES_ITS_DAY: Final = 5
"""One in so many of those who may stay at home."""

Told = Callable[[int], None]


def make(people: int, seed: int, *, since_us: int, until_us: int, told: Told) -> Lives:
    """Everybody's ways between two moments; `told` hears how many people are ready."""
    firsts = range(1, people + 1, PART)
    work = partial(_part, seed=seed, people=people, since_us=since_us, until_us=until_us)
    made = []
    if people <= PART:
        made = [work(1)]
    else:
        with ProcessPoolExecutor(os.cpu_count(), get_context("fork")) as pool:
            for part in pool.map(work, firsts):
                made.append(part)
                told(len(made) * PART)
    return Lives(
        np.concatenate([lengths for lengths, _ in made]),
        lives.join([ways for _, ways in made]),
        since_us=since_us,
    )


def _part(first: int, *, seed: int, people: int, since_us: int, until_us: int) -> tuple[I8, Ways]:
    numbers = range(first, min(first + PART, people + 1))
    ways = [_life(number, seed, since_us, until_us) for number in numbers]
    return np.array([len(w.at_s) for w in ways], np.int64), lives.join(ways)


def _life(number: int, seed: int, since_us: int, until_us: int) -> Ways:
    """Whom an order may bind to a place of work (`conditions.work_hours`) lives the ordinary day, and so do
    some of the others; the rest stay at home, which breaks no condition and is made in no time."""
    first, city = nation.first(number)
    sketch = world.sketch(first, seed)
    may_be_bound = sketch.kind is OrderKind.ADMINISTRATIVE_SUPERVISION and sketch.habit is Habit.WORKER
    if not may_be_bound and number % LIVES_ITS_DAY:
        return lives.at_home(nation.spot(sketch.home, city))
    day = days.day(sketch.habit, sketch.home, sketch.work, leaves_s=sketch.leaves_s, random=sketch.random)
    return lives.of_day(nation.day(day, city), number, since_us=since_us, until_us=until_us)
