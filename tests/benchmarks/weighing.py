"""Who was near: what weighing the positions costs in columns, against one by one as the rules define it.

python -m app bench weighing [FIXES] [--json FILE]"""

import asyncio
import statistics
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import click
import numpy as np

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

from benchmarks import report, stopwatch
from benchmarks.report import Row
from core.geo import LonLat
from geofence import nearby, policies
from geofence.policies import Policy
from geofence.rules import doubt, presence
from geofence.searches import weighing
from geofence.store.nearby import Found
from tracking.model import Mechanism

SINCE = datetime(2026, 11, 20, 21, tzinfo=UTC)
ASKED = nearby.Question(LonLat(69.25, 41.3), 200.0, SINCE, SINCE + timedelta(hours=2), "1", "why", 0.1)
REACH_M = presence.reach_m(ASKED.radius_m, ASKED.least)
PEOPLE = 200
ONE_BY_ONE = 5_000
"""So many are enough to know what one costs; their confidences are compared, bit for bit."""
ROUNDS = 5
TICK_S = 0.001
LEAST = 10.0


def drawn(count: int) -> Found:
    """Fixes of people around the place: one in ten without an accuracy, one in ten of a network."""
    chance = np.random.default_rng(5)
    accuracy_m = np.exp(chance.normal(2.5, 0.8, count)).astype(np.float32).astype(np.float64)
    accuracy_m[chance.random(count) < 0.1] = np.nan
    return Found(
        person=np.arange(count) % PEOPLE,
        device=np.arange(count) % PEOPLE,
        sequence=np.arange(count),
        taken_us=int(SINCE.timestamp()) * 1_000_000 + np.arange(count) // PEOPLE * 10_000_000,
        accuracy_m=accuracy_m,
        mechanism=np.where(chance.random(count) < 0.1, Mechanism.CELL, Mechanism.GNSS).astype(np.int64),
        distance_m=np.sort(REACH_M * np.sqrt(chance.random(count))),
    )


def one_by_one(found: Found, policy: Policy) -> list[float]:
    confidences = []
    rows = found.accuracy_m.tolist(), found.mechanism.tolist(), found.distance_m.tolist()
    for claimed_m, mechanism, distance_m in zip(*rows, strict=True):
        accuracy_m, _ = doubt.stated(claimed_m, Mechanism(mechanism), policy)
        confidences.append(presence.within(distance_m, ASKED.radius_m, accuracy_m, policy=policy))
    return confidences


def in_columns(found: Found, policy: Policy) -> list[float]:
    accuracy_m, _ = weighing.stated(found.accuracy_m, found.mechanism, policy)
    told = weighing.within(found.distance_m, ASKED.radius_m, accuracy_m, policy=policy)
    return told.tolist()  # type: ignore[no-any-return]


def compared(found: Found, policy: Policy) -> Row:
    some = found.take(np.random.default_rng(6).permutation(len(found))[:ONE_BY_ONE])
    ours, theirs = [], []
    nearby.answered(some, ASKED, policy=policy)  # a kernel may have to be read
    for _ in range(ROUNDS):
        ours.append(stopwatch.seconds(lambda all_: nearby.answered(all_, ASKED, policy=policy), found)[0])
        took, told = stopwatch.seconds(lambda few: one_by_one(few, policy), some)
        theirs.append(took)
        assert in_columns(some, policy) == told
    each, scalar = statistics.median(ours) / len(found), statistics.median(theirs) / len(some)
    figures: dict[str, report.Figure] = {
        "fixes": len(found),
        "answered_s": each * len(found),
        "one_by_one_s": scalar * len(found),
        "loop_held_ms": 1e3 * asyncio.run(held(found, policy)),
    }
    name = f"who was near, {policy.error_model} errors: in columns against one by one"
    return Row(name, scalar / each, LEAST, None, figures)


async def held(found: Found, policy: Policy) -> float:
    """The longest that others of the event loop waited while it was answered in a thread, seconds."""
    answer, longest, last = asyncio.create_task(in_thread(found, policy)), 0.0, perf_counter()
    while not answer.done():
        await asyncio.sleep(TICK_S)
        longest, last = max(longest, perf_counter() - last - TICK_S), perf_counter()
    return longest


async def in_thread(found: Found, policy: Policy) -> None:
    await asyncio.to_thread(nearby.answered, found, ASKED, policy=policy)


@click.command()
@click.argument("count", metavar="FIXES", default=nearby.MOST_FIXES)
@click.option("--json", "file", type=click.Path(path_type=Path))
def main(count: int, file: Path | None) -> None:
    click.echo(report.machine(("numpy", "numba")))
    found = drawn(count)
    report.finish([compared(found, policy) for policy in policies.known()], file)


if __name__ == "__main__":
    main()
