"""Real phones against known truth: exits that never were, and exits that were, by the fold and naively."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import exp
from typing import Any

import numpy as np
from shapely import Point, affinity, unary_union
from shapely.geometry import shape as geometry_of

from core.geo import LonLat, metres_per_degree
from core.model import PersonId
from geofence.engine import Board
from geofence.model import BreachKind, ConditionId, Edge, OpenBreach, Shape, ShapeKind, Term, ZoneId
from geofence.policies import Policies, Policy
from geofence.rules import shapes, walk, zones
from peers import DATA, moment, traces
from scene import DEVICE, PERSON, POLICY, a_fix, a_term
from tracking import fixes
from tracking.fixes import Fixes

LAB = (-122.0864604, 37.3910454)
"""Where the four phones lay."""
SECOND_US = 1_000_000
BEFORE_US = 60 * SECOND_US
PATIENCE_US = 1800 * SECOND_US
INSIDE = False
STAYED_US = 180 * SECOND_US
MADE_THE_REFERENCE = ("-android-1-", "-ios-1-")

Sides = list[tuple[int, bool]]
"""(moment, is outside): each change of the verdict, in order."""
Rule = Callable[[Fixes, Term, bool], Sides]
"""What is said of recorded fixes and a zone, if it was sure before whether the phone was outside."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule made of true crossings."""

    delays_s: list[float]
    missed: int

    def __str__(self) -> str:
        middle, late = np.percentile(self.delays_s, [50, 90]) if self.delays_s else (0.0, 0.0)
        total = len(self.delays_s) + self.missed
        return f"missed {self.missed:3} of {total}, median {middle:4.0f} s, p90 {late:5.0f} s"


def naive(recorded: Fixes, term: Term, was_out: bool) -> Sides:
    """Inside or outside, by the last fix."""
    said: Sides = [(0, was_out)]
    for fix in recorded.rows():
        outside = not shapes.covers(term.shape, LonLat(fix.lon, fix.lat))
        if said[-1][1] is not outside:
            said.append((fix.taken_us, outside))
    return said[1:]


def fold(policy: Policy = POLICY) -> Rule:
    """An open breach of an inclusion zone is "outside"."""

    def rule(recorded: Fixes, term: Term, was_out: bool) -> Sides:
        board, sure = Board(Policies((policy,))), policy.most_log_odds
        breach = OpenBreach(BreachKind.INCLUSION_LEFT, term.condition, 1) if was_out else None
        belief = replace(zones.unknown(term), odds=exp(sure if was_out else -sure), breach=breach)
        board.put(PERSON, (term,), replace(walk.fresh(PERSON), beliefs=(belief,)))
        changes = board.judge(recorded).changes
        return [(c.at_us, c.edge is Edge.OPENED) for c in changes if c.kind is BreachKind.INCLUSION_LEFT]

    return rule


def false_exits(rule: Rule, radius_m: float) -> int:
    """Of phones that lay still."""
    home = inclusion(Shape(ShapeKind.CIRCLE, Point(LAB), radius_m))
    return sum(is_out for recorded in still().values() for _, is_out in rule(recorded, home, INSIDE))


def crossings(rule: Rule, event: str, *, margin_m: float = 0.0) -> Seen:
    """True exits or entries (`enter`) that lasted, of phones other than those that made the reference."""
    delays, missed, is_exit = [], 0, event == "exit"
    for phone, zone, at_us in true_crossings(event):
        recorded = trips()[phone]
        near = (recorded.taken_us >= at_us - BEFORE_US) & (recorded.taken_us <= at_us + PATIENCE_US)
        sides = rule(recorded.take(near), inclusion(grown(truth_zones()[zone], margin_m)), not is_exit)
        right = [t for t, is_out in sides if is_out is is_exit]
        if right:
            delays.append(max(0.0, (right[0] - at_us) / SECOND_US))
        else:
            missed += 1
    return Seen(delays, missed)


def grown(shape: Shape, metres: float) -> Shape:
    """The zone with a margin, as an officer would draw it who knows that phones err."""
    kx, ky = metres_per_degree(shape.geometry.centroid.y)
    flat = affinity.scale(shape.geometry, kx, ky, origin=(0, 0)).buffer(metres)
    return Shape(ShapeKind.AREA, affinity.scale(flat, 1 / kx, 1 / ky, origin=(0, 0)))


def inclusion(shape: Shape) -> Term:
    return a_term("inclusion", shape, condition=ConditionId(1), zone=ZoneId(1), since_us=0)


@cache
def still() -> dict[str, Fixes]:
    return {name: _fixes(rows) for name, rows in traces("mobilitynet_stationary.csv.gz").items()}


@cache
def trips() -> dict[str, Fixes]:
    return {name: _fixes(rows) for name, rows in traces("mobilitynet_trips.csv.gz").items()}


@cache
def truth_zones() -> dict[str, Shape]:
    drawn: dict[str, list[Any]] = defaultdict(list)
    for feature in json.loads(_text("mobilitynet_truth_zones.geojson"))["features"]:
        drawn[feature["properties"]["name"]].append(geometry_of(feature["geometry"]))
    return {name: Shape(ShapeKind.AREA, unary_union(parts)) for name, parts in drawn.items()}


@cache
def true_crossings(event: str) -> list[tuple[str, str, int]]:
    """(phone, zone, moment) of those after which the phone stayed on the other side for a while."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for row in csv.DictReader(_text("mobilitynet_crossings.csv").splitlines()):
        for phone in _judged(row["phones"].split()):
            if row["zone"] in truth_zones():
                found[phone, row["zone"]].append((moment(row["ts"]), row["event"]))
    for (phone, _), times in found.items():
        times.sort()
        times.append((int(trips()[phone].taken_us.max()), "end"))
    return [
        (phone, zone, at_us)
        for (phone, zone), times in found.items()
        for (at_us, what), (next_us, _) in pairwise(times)
        if what == event and next_us - at_us >= STAYED_US
    ]


def _judged(phones: list[str]) -> Iterator[str]:
    return (p for p in phones if p in trips() and not any(m in p for m in MADE_THE_REFERENCE))


def _text(name: str) -> str:
    return (DATA / "traces" / name).read_text("utf-8") if DATA else ""


def _fixes(rows: list[dict[str, str]]) -> Fixes:
    return fixes.of(
        a_fix(
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy=float(row["accuracy_m"] or 0.0),
            sequence=number,
            taken_us=moment(row["ts"]),
            device=DEVICE,
            person=PersonId(PERSON),
        )
        for number, row in enumerate(rows)
    )
