"""The section on the judge: everything between a fix and a breach, with five zones a person, in ns a fix.

There is no peer that does the same; beside it stands what one access to memory costs on this machine."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest import mock

import numpy as np
from numpy.random import Generator

from benchmarks import probe, workloads
from benchmarks.contending import POINTS
from benchmarks.report import Row
from benchmarks.running import Run
from benchmarks.stopwatch import seconds
from benchmarks.workloads import Batch, Workload
from core.model import OrderId, PersonId
from geofence import policies
from geofence.engine import Board, judging
from geofence.model import Absence, BreachKind, Change, ConditionId, Edge, Shape, ShapeKind, Terms, ZoneId
from geofence.policies import Policies
from geofence.rules import walk
from scene import BEGIN_US, a_term, daily
from tracking.fixes import Fixes

NAME = "judge, all of point 4 with 5 zones a person: 250 ns"
LEAST_NS, AIM_NS = 250.0, 90.0
DECIDES = Policies(policies.known()[-1:])
BATCH_US = 60_000_000
"""A batch holds what is taken in a minute."""
LEAVING, FASTEST_MPS = 0.02, 15.0
"""Share of the people who set out for somewhere else in a minute, and how fast they may go."""
JITTER_M = 8.0
COMPARED = 40
"""People whose standings are compared with the scalar definition."""
BATCHES = 4
SETTLING = 10
"""Batches until nearly all standings are known: at first a breach opens for all who are not at home."""
DAY_US = 86_400_000_000


def terms_of(work: Workload, person: int) -> Terms:
    """A home with a curfew, and four zones to stay out of: always, by day, evenings, save an absence."""
    hours = (daily(1320, 360), daily(0, 1440), daily(480, 1080), daily(1080, 1320), daily(0, 1440))
    away = (Absence(BEGIN_US + DAY_US, BEGIN_US + 2 * DAY_US),)
    return tuple(
        a_term(
            "exclusion" if place else "curfew",
            Shape(ShapeKind.AREA, work.zones[person * work.own + place]),
            condition=ConditionId(person * work.own + place),
            order=OrderId(person),
            zone=ZoneId(person * work.own + place),
            hours=hours[place],
            absences=away if place == work.own - 1 else (),
        )
        for place in range(work.own)
    )


def batches(work: Workload, leaving: float, chance: Generator) -> Iterator[Fixes]:
    """A minute each, in which everybody is heard once: at rest, with their fixes' jitter, or on the way."""
    assert work.visit is not None
    people = chance.permutation(len(work.zones) // work.own)
    start, speed_mps = work.visit(chance, people), chance.uniform(1, FASTEST_MPS, len(people))
    place = np.stack([start.lon, start.lat], axis=-1)
    goal, minute = place.copy(), 0
    while True:
        out = np.flatnonzero(chance.uniform(0, 1, len(people)) < leaving)
        there = work.visit(chance, people[out])
        goal[out] = np.stack([there.lon, there.lat], axis=-1)
        scale = np.stack(workloads.scales(place[:, 1]), axis=-1)
        left_m = np.hypot(*((goal - place) * scale).T)
        way = np.minimum(1, speed_mps * BATCH_US / 1e6 / np.maximum(left_m, 1e-9))
        place += (goal - place) * way[:, None]
        lon, lat = (place + chance.normal(0, JITTER_M, place.shape) / scale).T
        yield columns(Batch(people, lon.copy(), lat.copy()), minute, chance)
        minute += 1


def columns(place: Batch, minute: int, chance: Generator) -> Fixes:
    """Everybody reports at the same second of each minute."""
    count = len(place)
    taken_us = BEGIN_US + minute * BATCH_US + np.arange(count) * BATCH_US // count
    unknown = np.full(count, np.nan, np.float32)
    return Fixes(
        device=place.person + 1,
        sequence=np.full(count, minute + 1),
        person=place.person + 1,
        taken_us=taken_us,
        sent_us=taken_us + 200_000,
        received_us=taken_us + 500_000,
        lon=place.lon,
        lat=place.lat,
        accuracy_m=chance.uniform(4, 40, count).astype(np.float32),
        speed_mps=unknown,
        course_deg=unknown,
        satellites=np.full(count, 9, np.int16),
        hdop=unknown,
        battery=np.full(count, 80, np.int16),
        mechanism=np.ones(count, np.uint8),
        flags=np.zeros(count, np.uint16),
    )


def judge(run: Run) -> list[Row]:
    """With people on the way, and for comparison with everybody at rest."""
    work = workloads.w2(run.some(POINTS))
    return [
        *_rows(run, work, name=NAME, leaving=LEAVING, goals=(1.0, LEAST_NS / AIM_NS)),
        *_rows(run, work, name=f"{NAME}, everybody at rest", leaving=0.0, goals=(None, None)),
    ]


@dataclass(frozen=True, slots=True)
class Called:
    """A board whose compiled call is timed by itself, beside all that `Board.judge` does."""

    board: Board
    call_ns: list[float] = field(default_factory=list)
    whole_ns: list[float] = field(default_factory=list)

    def judge(self, heard: Fixes) -> list[Change]:
        compiled, spent = judging.judge, list[float]()

        def timed(*columns: object) -> object:
            took, found = seconds(lambda given: compiled(*given), columns)
            spent.append(took)
            return found

        with mock.patch.object(judging, "judge", timed):
            took, judged = seconds(self.board.judge, heard)
        assert not judged.late
        self.call_ns.append(sum(spent) / len(heard) * 1e9)
        self.whole_ns.append(took / len(heard) * 1e9)
        return judged.changes


def _rows(
    run: Run, work: Workload, *, name: str, leaving: float, goals: tuple[float | None, float | None]
) -> list[Row]:
    people = len(work.zones) // work.own
    run.say(f"judge: seating {people:,} people with {work.own} zones each")
    called = Called(Board(DECIDES))
    terms = {PersonId(n + 1): terms_of(work, n) for n in range(people)}
    for person, listed in terms.items():
        called.board.put(person, listed)
    source = batches(work, leaving, np.random.default_rng(12))
    heard, changes, settled = [], list[Change](), 0
    run.say("judge: fixes in batches")
    for turn in range(SETTLING + BATCHES * run.rounds):
        heard.append(next(source))
        changes += called.judge(heard[-1])
        settled = len(changes) if turn < SETTLING else settled
    run.say(f"judge: comparing the breaches of {COMPARED} people with the scalar definition")
    wrong = differing(changes, terms, heard)
    ns, whole_ns = (float(np.median(each[SETTLING:])) for each in (called.call_ns, called.whole_ns))
    share = (len(changes) - settled) / (people * BATCHES * run.rounds)
    figures = {"ours_ns": ns, "memory_latency_ns": probe.latency_ns(), "changes_a_fix": share}
    why = f"INVALID: {wrong} people's breaches differ from the definition" if wrong else ""
    whole = {"ours_ns": whole_ns, "changes_a_fix": share}
    return [
        Row(name, None if why else LEAST_NS / ns, *goals, figures, why),
        Row(f"{name}, evidence told", None if why else LEAST_NS / whole_ns, None, None, whole, why),
    ]


def differing(changes: list[Change], terms: dict[PersonId, Terms], heard: list[Fixes]) -> int:
    """Of a few people: how many breaches would open or close otherwise by the scalar definition."""
    some, reports = list(terms)[:COMPARED], defaultdict(list)
    for batch in heard:
        for fix in batch.take(np.isin(batch.person, some)).rows():
            reports[fix.person].append(fix)
    return sum(
        [essence(c) for c in changes if c.person == person]
        != [
            essence(c)
            for c in walk.walk(walk.fresh(person), reports[person], terms[person], policies=DECIDES)[1]
        ]
        for person in some
    )


def essence(change: Change) -> tuple[BreachKind, int, Edge, int]:
    """What opens or closes, and when; the metres it rests on may differ in their last digit."""
    return change.kind, change.subject, change.edge, change.at_us
