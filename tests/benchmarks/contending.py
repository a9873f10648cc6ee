"""Contenders answer the same questions in turn: fresh batches, interleaved rounds, every answer compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from benchmarks import stopwatch
from benchmarks.report import Figure, Row
from benchmarks.workloads import Batch, Whole, Workload

POINTS = 20_000
"""Fixes in a batch, where a contender is fast enough."""
WARM = 3
"""Batches before anything is timed: plans, caches and compiled code are there afterwards."""
METRES_PER_DEGREE = 111_320.0
Clock = Callable[[Callable[[Any], Any], Any], tuple[float, Any]]
"""Seconds of a call with what it is given, and its answer."""
Pairs = tuple[Whole, Whole]
"""Rows of the batch and zones that cover them, in any order."""


class AbsentError(Exception):
    """A peer that is not installed here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Contender:
    """`prepare` is not timed: it brings the columns into the form which the peer likes best."""

    run: Callable[[Any], Any]
    pairs: Callable[[Any], Pairs]
    prepare: Callable[[Batch], Any] = lambda batch: batch
    points: int = POINTS
    batches: int = 2
    """A round; of three or more the first is not counted, for its caches hold what others left there."""
    border_m: float = 0.0
    """This near to a border its answer may differ from ours."""
    clock: Clock = stopwatch.seconds


@dataclass(slots=True)
class Measured:
    """What the rounds showed of one contender."""

    points: int
    ns: list[float] = field(default_factory=list)
    """Nanoseconds a fix, one figure a counted batch."""
    hits: int = 0
    wrong: int = 0
    """Pairs that only one side found."""

    @property
    def median(self) -> float:
        return float(np.median(self.ns))


def contest(
    work: Workload, contenders: Mapping[str, Contender], *, rounds: int, seed: int
) -> dict[str, Measured]:
    """Let all contenders run in turn. The first is the one with which the others are compared."""
    chance = np.random.default_rng(seed)
    found = {name: Measured(each.points) for name, each in contenders.items()}
    first = next(iter(contenders.values()))
    for each in contenders.values():
        for _ in range(WARM):
            each.run(each.prepare(work.draw(chance, each.points)))
    for _ in range(rounds):
        for name, each in contenders.items():
            _turn(work, each, first, chance=chance, found=found[name])
    return found


def _turn(
    work: Workload, each: Contender, first: Contender, *, chance: np.random.Generator, found: Measured
) -> None:
    """One contender's batches of one round; the answers are compared after all of them are timed."""
    batches = [work.draw(chance, each.points) for _ in range(each.batches)]
    ready = [each.prepare(batch) for batch in batches]
    timed = [each.clock(each.run, given) for given in ready]
    counted = timed[1:] if len(timed) > 2 else timed
    found.ns += [took / each.points * 1e9 for took, _ in counted]
    for batch, (_, answer) in zip(batches, timed, strict=True):
        pairs = each.pairs(answer)
        found.hits += len(pairs[0])
        if each is not first:
            truth = first.pairs(first.run(first.prepare(batch)))
            found.wrong += differences(work, batch, pairs=(pairs, truth), border_m=each.border_m)


def differences(work: Workload, batch: Batch, *, pairs: tuple[Pairs, Pairs], border_m: float) -> int:
    """Pairs that one of the two alone found, unless the fix lies at a border; a pair found twice counts."""
    count = len(work.zones)
    keys = [np.asarray(rows, np.int64) * count + np.asarray(zones, np.int64) for rows, zones in pairs]
    sets = [np.unique(each) for each in keys]
    twice = sum(len(key) - len(unique) for key, unique in zip(keys, sets, strict=True))
    rows, zones = np.divmod(np.setxor1d(*sets), count)
    if border_m and len(rows):
        borders = shapely.boundary(work.zones[zones])
        away = shapely.distance(borders, shapely.points(batch.lon[rows], batch.lat[rows]))
        return twice + int((away * METRES_PER_DEGREE > border_m).sum())
    return twice + len(rows)


def row(name: str, ours: Measured, peer: Measured, *, least: float | None, aim: float | None) -> Row:
    """The ratio of the medians, or none where the answers differ."""
    figures: dict[str, Figure] = {
        "ours_ns": ours.median,
        "peer_ns": peer.median,
        "peer_points_a_batch": peer.points,
        "hits_compared": peer.hits,
    }
    if peer.wrong:
        return Row(name, None, least, aim, figures, f"INVALID: {peer.wrong} answers differ from ours")
    return Row(name, peer.median / ours.median, least, aim, figures)
