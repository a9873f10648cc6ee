"""The hardest places in the hardest zones: is every index exact? Against GEOS and rational arithmetic.

python -m app bench adversarial [PAIRS] [--json FILE]

A pair is a zone of `tests/zoo.py` and a place made to be hard for it: its corners, places on its edges, their
middles, one to three doubles beside them, level with corners and below them. A column counts mismatches."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry

sys.path.insert(0, str(Path(__file__).parents[1]))
import zoo
from geofence.engine.shared import SharedZones
from geofence.engine.zones import Zones

Answers = NDArray[np.bool_]
EACH, ROUNDS = 150, 3
"""Places of every class in every zone; rounds of zones a seed."""
RATIONAL_SHARE = 0.021
FIRST_SEED = 1_000
UNDERFLOW = 1e-150


class Index(Protocol):
    """What is under test: is each place in the zone of its row?"""

    def __call__(self, areas: list[Geometry], zone: zoo.I8, lon: zoo.F8, lat: zoo.F8) -> Answers: ...


def shared(areas: list[Geometry], zone: zoo.I8, lon: zoo.F8, lat: zoo.F8) -> Answers:
    rows, found = SharedZones({n: zoo.area(a) for n, a in enumerate(areas)}).find(lon, lat)
    inside = np.zeros(len(lon), bool)
    inside[rows[found == zone[rows]]] = True
    return inside


def assigned(areas: list[Geometry], zone: zoo.I8, lon: zoo.F8, lat: zoo.F8) -> Answers:
    zones = Zones()
    numbers = np.array(zones.hold_all([zoo.area(a) for a in areas]), np.int64)
    inside: Answers = np.asarray(zones.covers(numbers[zone], lon, lat)).astype(bool)
    return inside


INDEXES: dict[str, Index] = {"shared zones": shared, "assigned zones": assigned}


def geos(areas: list[Geometry], zone: zoo.I8, lon: zoo.F8, lat: zoo.F8) -> Answers:
    """shapely `covers`; on the date line both names of the meridian are asked."""
    geometries = np.array(areas, dtype=object)
    shapely.prepare(geometries)
    inside: Answers = shapely.covers(geometries[zone], shapely.points(lon, lat))
    line = np.flatnonzero(np.abs(lon) == 180.0)
    inside[line] |= shapely.covers(geometries[zone[line]], shapely.points(-lon[line], lat[line]))
    return inside


def rational(area: Geometry, lon: float, lat: float) -> bool:
    lons = [lon, -lon] if abs(lon) == 180.0 else [lon]
    return any(zoo.rationally(area, x, lat) for x in lons)


class Tally:
    """Pairs and mismatches by class of place."""

    def __init__(self) -> None:
        self.pairs = np.zeros(len(zoo.CLASSES), np.int64)
        self.inside = np.zeros(len(zoo.CLASSES), np.int64)
        self.rational = np.zeros(len(zoo.CLASSES), np.int64)
        self.underflow = 0
        self.wrong = {
            (name, truth): np.zeros(len(zoo.CLASSES), np.int64)
            for name in (*INDEXES, "shapely")
            for truth in ("shapely", "rational")
            if name != truth
        }

    def add(self, seed: int) -> None:
        """All zones of one seed, with all their places."""
        chance, areas = np.random.default_rng(seed), zoo.zones(seed, ROUNDS)
        places = [zoo.places(chance, area, EACH) for area in areas]
        lon, lat = np.concatenate([p.lon for p in places]), np.concatenate([p.lat for p in places])
        kind = np.concatenate([p.kind for p in places])
        zone = np.repeat(np.arange(len(areas)), [len(p.lon) for p in places])
        truth = geos(areas, zone, lon, lat)
        self.settle(areas, zone, lon, lat, kind, truth)
        answers = {name: index(areas, zone, lon, lat) for name, index in INDEXES.items()}
        few = chance.choice(len(lon), int(len(lon) * RATIONAL_SHARE), replace=False)
        exact = np.array(
            [rational(areas[zone[n]], lon[n].item(), lat[n].item()) for n in few.tolist()], dtype=bool
        )
        self.pairs += counted(kind)
        self.inside += counted(kind[truth])
        self.rational += counted(kind[few])
        self.wrong["shapely", "rational"] += counted(kind[few][truth[few] != exact])
        for name, inside in answers.items():
            self.wrong[name, "shapely"] += counted(kind[inside != truth])
            self.wrong[name, "rational"] += counted(kind[few][inside[few] != exact])

    def settle(  # noqa: PLR0917 - columns
        self, areas: list[Geometry], zone: zoo.I8, lon: zoo.F8, lat: zoo.F8, kind: zoo.I8, truth: Answers
    ) -> None:
        """Beside 0 GEOS's products underflow: rational arithmetic decides there, and may tell GEOS wrong."""
        beside = ((lon != 0.0) & (np.abs(lon) < UNDERFLOW)) | ((lat != 0.0) & (np.abs(lat) < UNDERFLOW))
        for n in np.flatnonzero(beside).tolist():
            exact = rational(areas[zone[n]], lon[n].item(), lat[n].item())
            self.underflow += 1
            self.wrong["shapely", "rational"][kind[n]] += exact != truth[n]
            truth[n] = exact

    def show(self) -> None:
        print("mismatches, by column:")
        for number, (name, truth) in enumerate(self.wrong, 1):
            print(f"  {number}  {name} against {truth}")
        numbers = "".join(f"{n:>6}" for n in range(1, len(self.wrong) + 1))
        print(f"{'place':15}{'pairs':>12}{'inside':>12}{'rational':>10}{numbers}")
        columns = self.wrong.values()
        for k, (name, *counts) in enumerate(
            zip(zoo.CLASSES, self.pairs, self.inside, self.rational, strict=True)
        ):
            row(name, counts, [column[k] for column in columns])
        row("all", [c.sum() for c in (self.pairs, self.inside, self.rational)], [c.sum() for c in columns])

    def as_rows(self) -> list[dict[str, object]]:
        return [
            {
                "name": f"adversarial: {name} against {truth}",
                "ratio": 0.0 if column.any() else 1.0,
                "least": 1.0,
                "aim": 1.0,
                "pairs": int((self.pairs if truth == "shapely" else self.rational).sum()),
                "mismatches": int(column.sum()),
            }
            for (name, truth), column in self.wrong.items()
            if name != "shapely"
        ]


def row(name: str, counts: list[int], wrong: list[int]) -> None:
    pairs, inside, exact = counts
    print(f"{name:15}{pairs:>12,}{inside:>12,}{exact:>10,}{''.join(f'{n:>6}' for n in wrong)}")


def counted(kinds: zoo.I8) -> zoo.I8:
    return np.bincount(kinds, minlength=len(zoo.CLASSES)).astype(np.int64)


def main() -> None:
    asked = argparse.ArgumentParser(prog=sys.argv[0], description=__doc__)
    asked.add_argument("pairs", nargs="?", type=int, default=10_000_000)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    tally, seed, began = Tally(), FIRST_SEED, time.perf_counter()
    while tally.pairs.sum() < options.pairs:
        tally.add(seed)
        seed += 1
        print(f"\r{tally.pairs.sum():,} pairs", end="", file=sys.stderr)
    print(file=sys.stderr)
    tally.show()
    print(f"{tally.underflow} places within 1e-150 degrees of 0 were judged by rational arithmetic alone")
    print(f"{seed - FIRST_SEED} sets of zones, {time.perf_counter() - began:.0f} s")
    if options.json:
        options.json.write_text(json.dumps(tally.as_rows(), indent=1) + "\n", "utf-8")
    if any(column.any() for (name, _), column in tally.wrong.items() if name != "shapely"):
        sys.exit(1)


if __name__ == "__main__":
    main()
