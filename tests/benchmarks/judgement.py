"""The section on the judge: everything between a fix and a breach, with five zones a person, in ns a fix.

There is no peer that does the same; beside it stands what one access to memory costs on this machine."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from benchmarks import probe, workloads
from benchmarks.contending import POINTS
from benchmarks.report import Row
from benchmarks.running import Run
from benchmarks.stopwatch import seconds
from benchmarks.workloads import Batch, Workload
from core.model import OrderId, PersonId
from geofence.engine import Board
from geofence.model import Absence, BreachKind, Change, ConditionId, Edge, Shape, ShapeKind, Terms, ZoneId
from geofence.rules import walk
from scene import BEGIN_US, POLICIES, a_term, daily
from tracking.fixes import Fixes

NAME = "judge, all of point 4 with 5 zones a person: 250 ns"
LEAST_NS, AIM_NS = 250.0, 90.0
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
        _row(run, work, name=NAME, leaving=LEAVING, goals=(1.0, LEAST_NS / AIM_NS)),
        _row(run, work, name=f"{NAME}, everybody at rest", leaving=0.0, goals=(None, None)),
    ]


def _row(
    run: Run, work: Workload, *, name: str, leaving: float, goals: tuple[float | None, float | None]
) -> Row:
    people = len(work.zones) // work.own
    run.say(f"judge: seating {people:,} people with {work.own} zones each")
    board = Board(POLICIES)
    terms = {PersonId(n + 1): terms_of(work, n) for n in range(people)}
    for person, listed in terms.items():
        board.put(person, listed)
    source = batches(work, leaving, np.random.default_rng(12))
    heard, ns, changes = [], list[float](), list[Change]()
    run.say("judge: fixes in batches")
    for turn in range(SETTLING + BATCHES * run.rounds):
        heard.append(next(source))
        took, judged = seconds(board.judge, heard[-1])
        changes += judged.changes
        assert not judged.late
        ns += [took / people * 1e9] if turn >= SETTLING else []
    run.say(f"judge: comparing the breaches of {COMPARED} people with the scalar definition")
    median, wrong = float(np.median(ns)), differing(changes, terms, heard)
    figures = {"ours_ns": median, "memory_latency_ns": probe.latency_ns(), "changes": len(changes)}
    why = f"INVALID: {wrong} people's breaches differ from the definition" if wrong else ""
    return Row(name, None if why else LEAST_NS / median, *goals, figures, why)


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
            for c in walk.walk(walk.fresh(person), reports[person], terms[person], policies=POLICIES)[1]
        ]
        for person in some
    )


def essence(change: Change) -> tuple[BreachKind, int, Edge, int]:
    """What opens or closes, and when; the metres it rests on may differ in their last digit."""
    return change.kind, change.subject, change.edge, change.at_us
