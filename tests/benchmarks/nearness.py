"""Two wearers, invented and seeded: false and missed breaches of "keep 500 m away"; peer: the last two fixes.

python -m app bench nearness [LIVES] [--json FILE]"""

import statistics
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

from benchmarks import report
from benchmarks.report import Row
from core.geo import LonLat, distance_m
from geofence.model import Change, Edge
from geofence.rules import proximity, walk
from pairs import BASES, a_relation, theirs
from scene import a_fix, at
from tracking.model import Fix

LIMIT_M = 500.0
MINUTES = 60
DRIFT_S = 90.0
"""After so long the error of a place is another one."""
WILD = 0.01

Way = Callable[[float], float]
"""Minute → metres east of home."""


@dataclass(frozen=True)
class Tale:
    """What two people do for an hour, and when they are truly too near: [since, until) in minutes."""

    name: str
    person: Way
    other: Way
    is_heard: Callable[[float], bool] = lambda _minute: True
    """Does the other's device report then?"""
    near: tuple[float, float] | None = None


def still(x: float) -> Way:
    return lambda _minute: x


def there(begins: float, mps: float, start: float, end: float) -> Way:
    """From a start to an end at a speed, from a minute on."""
    step = np.sign(end - start) * mps * 60
    return lambda m: start + np.clip((m - begins) * step, min(0, end - start), max(0, end - start))


TALES = (
    Tale("neighbours, 700 m apart", still(700), still(0)),
    Tale("neighbours, 550 m apart", still(550), still(0)),
    Tale("she drives away, he comes by", there(10, 14, 9000, 0), there(5, 14, 0, -9000)),
    Tale(
        "her device silent, she is away",
        there(20, 1.4, 2500, 0),
        there(6, 14, 0, -9000),
        is_heard=lambda m: m < 5,
    ),
    Tale(
        "he walks up, her device rests",  # a fix each ten minutes, or so many within a minute of each ten
        there(20, 1.4, 1000, 50),
        still(0),
        is_heard=lambda m: m % 10 < 1,
        near=(20 + 500 / 84, 60),
    ),
    Tale("he walks up and stays", there(20, 1.4, 1000, 50), still(0), near=(20 + 500 / 84, 60)),
    Tale(
        "he drives up for five minutes",
        lambda m: there(20, 14, 6000, 50)(m) if m < 32.1 else there(32.1, 14, 50, 6000)(m),
        still(0),
        near=(20 + 5500 / 840, 32.1 + 450 / 840),
    ),
)


def reports(tale: Tale, chance: np.random.Generator, *, every_s: float, accuracy_m: float) -> list[Fix]:
    """What both devices say: errors that stay alike for a while, now and then wild ones."""
    found: list[Fix] = []
    for make, way in ((a_fix, tale.person), (theirs, tale.other)):
        minute, error = chance.random() * every_s / 60, chance.normal(0, accuracy_m / 1.515, 2)
        kept = np.exp(-every_s / DRIFT_S)
        while minute < MINUTES:
            error = kept * error + np.sqrt(1 - kept**2) * chance.normal(0, accuracy_m / 1.515, 2)
            wild = chance.normal(0, 1000, 2) if chance.random() < WILD else 0.0
            x, y = error + wild + (way(minute), 0)
            if make is a_fix or tale.is_heard(minute):
                found.append(make(minute, float(x), float(y), accuracy=accuracy_m))
            minute += every_s / 60
    return sorted(found, key=walk.mark)


def naive(fixes: Iterable[Fix]) -> list[tuple[int, int | None]]:
    """Too near whenever the last two places are: [opened, closed]."""
    last: dict[int, LonLat] = {}
    spans: list[tuple[int, int | None]] = []
    for fix in fixes:
        last[fix.person] = LonLat(fix.lon, fix.lat)
        is_near = len(last) == 2 and distance_m(*last.values()) < LIMIT_M
        is_open = bool(spans) and spans[-1][1] is None
        if is_near and not is_open:
            spans.append((fix.taken_us, None))
        elif is_open and not is_near:
            spans[-1] = (spans[-1][0], fix.taken_us)
    return spans


def ours(fixes: Iterable[Fix]) -> list[tuple[int, int | None]]:
    relation = a_relation(distance=LIMIT_M)
    _, changes = proximity.walk(proximity.fresh(relation), fixes, relation, basis=BASES[-1])
    return [(c.at_us, _closed(changes, c)) for c in changes if c.edge is Edge.OPENED]


def _closed(changes: list[Change], opened: Change) -> int | None:
    ends = (c.at_us for c in changes if c.edge is Edge.CLOSED and c.opened_us == opened.opened_us)
    return next(ends, None)


def measure(
    tale: Tale, judge: Callable[..., list[tuple[int, int | None]]], lives: list[list[Fix]]
) -> dict[str, str | float]:
    """Alerts a day where none is due; of true breaches how many were missed, and how soon the others came."""
    false, delays, missed = 0, list[float](), 0
    for fixes in lives:
        spans = judge(fixes)
        if tale.near is None:
            false += len(spans)
            continue
        since, until = at(tale.near[0]), at(tale.near[1])
        hits = [max(0, a - since) / 1e6 for a, b in spans if a < until and (b is None or b > since)]
        false += sum(1 for a, b in spans if b is not None and b <= since)
        delays += hits[:1]
        missed += not hits
    soon = f"{statistics.median(delays):.0f}, {np.percentile(delays, 90):.0f}" if delays else "-"
    return {
        "false": false * 24 / len(lives),
        "missed": missed / len(lives),
        "soon": soon if tale.near else "-",
    }


def table(lives: int) -> list[Row]:
    rows: list[Row] = []
    click.echo(f"{'tale, a fix each s, accuracy m':46} {'false a day':>17}  {'missed':>12}  {'seen after s'}")
    click.echo(f"{'':46} {'naive':>8} {'ours':>8}  {'naive':>6} {'ours':>5}  {'naive':>8} {'ours':>8}")
    for tale in TALES:
        for every_s, accuracy_m in ((60, 10), (60, 40), (15, 10)):
            chance = np.random.default_rng(11)
            told = [reports(tale, chance, every_s=every_s, accuracy_m=accuracy_m) for _ in range(lives)]
            theirs_, mine = measure(tale, naive, told), measure(tale, ours, told)
            name = f"{tale.name}, {every_s}, {accuracy_m}"
            click.echo(
                f"{name:46} {theirs_['false']:8.1f} {mine['false']:8.2f}"
                f"  {theirs_['missed']:6.1%} {mine['missed']:5.1%}  {theirs_['soon']:>8} {mine['soon']:>8}"
            )
            if tale.near is None:
                least = 24 / lives  # none seen: less than one in all lives
                ratio = float(theirs_["false"]) / max(float(mine["false"]), least)
                rows.append(Row(f"false alerts, {name}: last two fixes against ours", ratio))
    return rows


@click.command()
@click.argument("lives", default=200)
@click.option("--json", "file", type=click.Path(path_type=Path))
def main(lives: int, file: Path | None) -> None:
    report.write(table(lives), file)


if __name__ == "__main__":
    main()
