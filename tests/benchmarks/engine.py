"""Fixes judged a second of one core: the board, the scalar fold, and a loop over shapely, and their ratios.

`ejazo bench engine [PEOPLE] [--json FILE]`; 3-5 terms a person, batches of 500."""

import sys
from collections.abc import Callable, Iterator
from math import cos, pi, sin
from pathlib import Path
from time import process_time

import numpy as np
from shapely import Geometry, Point, Polygon

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

from benchmarks import report
from benchmarks.report import Row
from core.geo import LonLat
from core.model import PersonId
from geofence.engine import Board
from geofence.model import ConditionId, Shape, ShapeKind, Standing, Terms, ZoneId
from geofence.rules import shapes, walk
from scene import POLICIES, POLICY, a_fix, a_term, circle, daily, lonlat
from tracking import fixes
from tracking.fixes import Fixes

BATCH = 500
ROUNDS = 5
BATCHES_A_ROUND = 8
NAMES = ("board", "scalar fold", "shapely loop: signed metres", "shapely loop: inside or not")
chance = np.random.default_rng(1)

Homes = dict[PersonId, tuple[float, float]]


def blob(radius: float, x: float, y: float, corners: int = 32) -> Shape:
    turns = [2 * pi * i / corners for i in range(corners)]
    reach = radius * chance.uniform(0.8, 1.2, corners)
    around = [lonlat(x + r * cos(t), y + r * sin(t)) for t, r in zip(turns, reach, strict=True)]
    return Shape(ShapeKind.AREA, Polygon(around))


CITY = blob(20_000.0, 0.0, 0.0, corners=1000)


def terms_of(number: int, home: tuple[float, float]) -> Terms:
    """A home, a curfew there, a boundary of 1,000 corners for all, and up to two zones to stay out of."""
    shapes = [("inclusion", circle(80.0, *home)), ("curfew", blob(120.0, *home)), ("boundary", CITY)]
    for _ in range(chance.integers(0, 3)):
        x, y = np.array(home) + chance.uniform(-4000, 4000, 2)
        shapes.append(("exclusion", blob(float(chance.uniform(100, 500)), x, y)))
    return tuple(
        a_term(
            kind,
            shape,
            condition=ConditionId(number * 10 + i),
            zone=ZoneId(number * 10 + i),
            hours=daily(1320, 360) if kind == "curfew" else daily(0, 1440),
        )
        for i, (kind, shape) in enumerate(shapes)
    )


def batches(homes: Homes) -> Iterator[Fixes]:
    """Everybody in turn, every 20 seconds of their time; half at home, half on the way."""
    people, minute, now = list(homes), 0.0, {p: np.array(home) for p, home in homes.items()}
    while True:
        minute += 1 / 3
        for start in range(0, len(people), BATCH):
            rows = []
            for person in people[start : start + BATCH]:
                now[person] += chance.normal(0, 200.0 * (person % 2), 2)
                x, y = (now[person] + chance.normal(0, 10.0, 2)).tolist()
                rows.append(a_fix(minute, x, y, person=person, device=person))
            yield fixes.of(rows)


def shapely_loop(rows: Fixes, areas: dict[PersonId, list[Geometry]]) -> int:
    """What one writes first: inside or not, for every fix and zone; no distance, no doubt, no hours."""
    return sum(a.covers(Point(fix.lon, fix.lat)) for fix in rows.rows() for a in areas[fix.person])


def metres_loop(rows: Fixes, terms: dict[PersonId, Terms]) -> None:
    """Still no doubt, no hours, no breaches: the geometry that the board needs, fix by fix."""
    for fix in rows.rows():
        for term in terms[fix.person]:
            shapes.signed_distance(term.shape, LonLat(fix.lon, fix.lat), most_m=POLICY.reach_m)


def scalar(rows: Fixes, standings: dict[PersonId, Standing], terms: dict[PersonId, Terms]) -> None:
    for fix in rows.rows():
        standing = standings[fix.person]
        standings[fix.person], _ = walk.walk(standing, [fix], terms[fix.person], policies=POLICIES)


def seconds(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(count: int, file: Path | None) -> None:
    homes: Homes = {PersonId(n): tuple(chance.uniform(-9000, 9000, 2)) for n in range(1, count + 1)}
    terms = {person: terms_of(person, home) for person, home in homes.items()}
    areas = {p: [t.shape.geometry.buffer(t.shape.radius_m * 1e-5) for t in terms[p]] for p in homes}
    board, standings = Board(POLICIES), {person: walk.fresh(person) for person in homes}
    seated = seconds(lambda: [board.put(person, listed) for person, listed in terms.items()])
    say(f"{count} people, {sum(map(len, terms.values())) / count:.1f} terms each, seated in {seated:.2f} s")
    contenders: list[Callable[[Fixes], object]] = [
        board.judge,
        lambda rows: scalar(rows, standings, terms),
        lambda rows: metres_loop(rows, terms),
        lambda rows: shapely_loop(rows, areas),
    ]
    source, rounds = batches(homes), []
    for _ in range(ROUNDS):
        work = [next(source) for _ in range(BATCHES_A_ROUND)]
        rounds.append([seconds(lambda f=f, w=work: [f(batch) for batch in w]) for f in contenders])
    times = (np.median(np.array(rounds), axis=0) / (BATCH * BATCHES_A_ROUND)).tolist()
    for name, each in zip(NAMES, times, strict=True):
        say(f"{name:34} {1 / each:9,.0f} fixes/s {each * 1e6:8.1f} µs a fix   board: {each / times[0]:5.2f}x")
    rows = [
        Row(f"board vs {name}", each / times[0], figures={"ours_ns": times[0] * 1e9, "peer_ns": each * 1e9})
        for name, each in zip(NAMES[1:], times[1:], strict=True)
    ]
    report.write(rows, file)


if __name__ == "__main__":
    words, json_file = report.arguments()
    main(int(words[0]) if words else 2000, json_file)
