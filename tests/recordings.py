"""Recordings of real phones with known truth: where they lay, and when they crossed the border of a zone."""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, affinity, unary_union
from shapely.geometry import shape as geometry_of

from core.geo import metres_per_degree
from core.model import PersonId
from geofence.model import ConditionId, Shape, ShapeKind, Terms, ZoneId
from peers import DATA, moment, traces
from scene import DEVICE, PERSON, a_fix, a_term
from tracking import fixes
from tracking.fixes import Fixes

LAB = (-122.0864604, 37.3910454)
"""Where the phones lay."""
SECOND_US = 1_000_000
LIVE_US = 600 * SECOND_US
RADII = (30.0, 50.0, 100.0)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Fixes of one phone, and how far each was from each zone (signed metres, + outside): a row a fix."""

    fixes: Fixes
    terms: Terms
    metres: NDArray[np.float64]

    @property
    def accuracy_m(self) -> NDArray[np.float64]:
        """Not a number where the device named none."""
        claimed = self.fixes.accuracy_m.astype(np.float64)
        return np.where(claimed > 0.0, claimed, np.nan)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A true exit or entry (`enter`) by the reference: which phone carried, which of its track's zones."""

    phone: str
    zone: int
    event: str
    mode: str
    at_us: int


class Recordings:
    """Those of one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or (DATA / "traces" if DATA else Path())

    @property
    def is_there(self) -> bool:
        return (self.folder / "mobilitynet_crossings.csv").is_file()

    @cached_property
    def still(self) -> dict[str, Track]:
        """Phones lying indoors, each in the middle of three homes."""
        homes = inclusions([Shape(ShapeKind.CIRCLE, Point(LAB), radius) for radius in RADII])
        found = traces("mobilitynet_stationary.csv.gz", self.folder)
        return {name: track(_fixes(rows), homes) for name, rows in found.items()}

    @cached_property
    def still_hours(self) -> float:
        """Without what was older than ten minutes when the phone told it."""
        spans = []
        for one in self.still.values():
            fresh = one.fixes.taken_us[one.fixes.sent_us - one.fixes.taken_us < LIVE_US]
            spans.append(int(np.ptp(fresh)) if len(fresh) else 0)
        return sum(spans) / SECOND_US / 3600.0

    @cached_property
    def trips(self) -> dict[str, Fixes]:
        return {n: _fixes(rows) for n, rows in traces("mobilitynet_trips.csv.gz", self.folder).items()}

    @cached_property
    def zones(self) -> dict[str, Shape]:
        drawn: dict[str, list[Any]] = defaultdict(list)
        text = (self.folder / "mobilitynet_truth_zones.geojson").read_text("utf-8")
        for feature in json.loads(text)["features"]:
            drawn[feature["properties"]["name"]].append(geometry_of(feature["geometry"]))
        return {name: Shape(ShapeKind.AREA, unary_union(parts)) for name, parts in drawn.items()}

    def crossings(
        self, modes: set[str] | None = None, *, margin_m: float = 0.0
    ) -> tuple[dict[str, Track], list[Crossing]]:
        """Every true crossing times every phone that recorded it, and these phones' whole recordings.

        `margin_m`: zones as an officer would draw them who knows that phones err."""
        rows = [r for r in self._crossing_rows() if modes is None or r["mode"] in modes]
        named: dict[str, list[str]] = defaultdict(list)
        found = []
        for row in rows:
            for phone in row["phones"].split():
                if phone in self.trips:
                    zones = named[phone]
                    if row["zone"] not in zones:
                        zones.append(row["zone"])
                    at = zones.index(row["zone"])
                    found.append(Crossing(phone, at, row["event"], row["mode"], moment(row["ts"])))
        shapes = {name: grown(shape, margin_m) for name, shape in self.zones.items()}
        return {
            phone: track(self.trips[phone], inclusions([shapes[name] for name in zones]))
            for phone, zones in named.items()
        }, found

    def _crossing_rows(self) -> list[dict[str, str]]:
        text = (self.folder / "mobilitynet_crossings.csv").read_text("utf-8")
        return [row for row in csv.DictReader(text.splitlines()) if row["zone"] in self.zones]


def inclusions(shapes: list[Shape]) -> Terms:
    return tuple(
        a_term("inclusion", shape, condition=ConditionId(n), zone=ZoneId(n), since_us=0)
        for n, shape in enumerate(shapes, start=1)
    )


def track(recorded: Fixes, terms: Terms) -> Track:
    """Measure once what every rule needs."""
    return Track(recorded, terms, np.column_stack([_metres(recorded, term.shape) for term in terms]))


def _metres(recorded: Fixes, shape: Shape) -> NDArray[np.float64]:
    """In the plane of the zone's middle: exact near it, and far from it a per mille does not matter."""
    kx, ky = metres_per_degree(shape.geometry.centroid.y)
    flat = affinity.scale(shape.geometry, kx, ky, origin=(0, 0))
    here = shapely.points(recorded.lon * kx, recorded.lat * ky)
    away = shapely.distance(here, flat.boundary if shape.kind is ShapeKind.AREA else flat)
    if shape.kind is not ShapeKind.AREA:
        return np.asarray(away - shape.radius_m)
    shapely.prepare(flat)
    return np.where(shapely.covers(flat, here), -away, away)


def grown(shape: Shape, metres: float) -> Shape:
    if not metres:
        return shape
    kx, ky = metres_per_degree(shape.geometry.centroid.y)
    flat = affinity.scale(shape.geometry, kx, ky, origin=(0, 0)).buffer(metres)
    return Shape(ShapeKind.AREA, affinity.scale(flat, 1 / kx, 1 / ky, origin=(0, 0)))


def _fixes(rows: list[dict[str, str]]) -> Fixes:
    """When a phone handed a fix to the application counts as the time of sending."""
    return fixes.of(
        a_fix(
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            accuracy=float(row["accuracy_m"] or 0.0),
            sequence=number,
            taken_us=moment(row["ts"]),
            sent_us=moment(row["recv_ts"]) if row["recv_ts"] else 0,
            device=DEVICE,
            person=PersonId(PERSON),
        )
        for number, row in enumerate(rows)
    )
