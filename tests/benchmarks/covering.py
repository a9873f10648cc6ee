"""The sections that ask which zones cover which fixes: W1, W2, W3 and 100k, each against its peers."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import (
    contending,
    with_duckdb,
    with_engine,
    with_postgis,
    with_sedona,
    with_shapely,
    workloads,
)
from benchmarks.contending import POINTS, AbsentError, Contender
from benchmarks.report import Row
from benchmarks.running import Run
from benchmarks.workloads import Workload

Make = Callable[[Run, Workload, int, int], Contender]
OURS = "E-jazo"
SEED = 11


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom we are compared with, and how many times faster we have to be."""

    name: str
    make: Make
    least: float | None = None
    aim: float | None = None
    points: int = POINTS
    """In a batch: fewer for the slow."""
    batches: int = 3


def alone(make: Callable[..., Contender]) -> Make:
    """A peer that needs nothing but the workload."""
    return lambda _run, work, points, batches: make(work, points=points, batches=batches)


def in_postgis(*, near: bool = True) -> Make:
    return lambda run, work, points, batches: with_postgis.contender(
        run.database(), work, points=points, batches=batches, near=near
    )


def _tree(least: float, aim: float, points: int = POINTS, batches: int = 3) -> Peer:
    make = alone(with_shapely.tree_query)
    return Peer("shapely STRtree.query(predicate)", make, least, aim, points, batches)


def _best(least: float, aim: float) -> Peer:
    return Peer("shapely best (bbox tree + prepared)", alone(with_shapely.best), least, aim)


def _postgis(least: float, aim: float, points: int) -> Peer:
    return Peer("PostGIS ST_Covers (unnest, GiST)", in_postgis(), least, aim, points, 1)


def _databases(least: float, aim: float, duckdb_points: int = POINTS, duckdb_batches: int = 3) -> list[Peer]:
    duckdb = alone(with_duckdb.contender)
    return [
        Peer("DuckDB spatial, one thread", duckdb, least, aim, duckdb_points, duckdb_batches),
        Peer("SedonaDB, one thread", alone(with_sedona.contender), least, aim),
    ]


def w1(run: Run) -> list[Row]:
    peers = [_best(12, 25), _tree(30, 60), _postgis(800, 1000, POINTS), *_databases(20, 50)]
    return against(run, workloads.w1(run.some(1000)), peers)


def w2(run: Run) -> list[Row]:
    peers = [
        Peer("NumPy bbox + prepared", alone(with_shapely.own_boxes), 14, 30),
        Peer("prepared pairs", alone(with_shapely.own_pairs), 25, 55),
        _postgis(500, 1000, POINTS // 4),
        Peer("PostGIS, index on the person only", in_postgis(near=False), None, None, POINTS // 4, 1),
    ]
    return against(run, workloads.w2(run.some(20_000)), peers)


def w3(run: Run) -> list[Row]:
    peers = [
        _best(45, 100),
        _tree(3000, 10_000, 1000, 1),
        _postgis(10_000, 20_000, 1000),
        *_databases(100, 400, POINTS // 4, 1),
        Peer("SedonaDB, batches of 100,000", alone(with_sedona.contender), points=5 * POINTS, batches=1),
    ]
    return against(run, workloads.w3(run.some(20), run.some(10)), peers)


def many(run: Run) -> list[Row]:
    return against(run, workloads.many(run.some(100_000)), [_best(25, 50)])


def against(run: Run, work: Workload, peers: list[Peer]) -> list[Row]:
    """One row a peer, in the order of the table."""
    run.say(f"{work.name}: {len(work.zones):,} zones, {work.corners:,} corners; loading the contenders")
    contenders = {OURS: with_engine.contender(work, points=run.points(POINTS))}
    missing: dict[str, str] = {}
    for peer in peers:
        try:
            contenders[peer.name] = peer.make(run, work, run.points(peer.points), peer.batches)
        except AbsentError as absent:
            missing[peer.name] = str(absent)
            run.say(f"{work.name}: {peer.name}: {absent}")
    run.say(f"{work.name}: {run.rounds} rounds of {len(contenders)} contenders")
    found = contending.contest(work, contenders, rounds=run.rounds, seed=SEED)
    rows = []
    for peer in peers:
        name = f"{work.name} vs {peer.name}"
        if peer.name in missing:
            rows.append(Row(name, None, peer.least, peer.aim, why=missing[peer.name]))
        else:
            rows.append(contending.row(name, found[OURS], found[peer.name], least=peer.least, aim=peer.aim))
    return rows
