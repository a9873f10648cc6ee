"""True breaches: the plain rules on the true positions, second by second, without any filter.

A breach is true from the first to the last second in which the person was on the wrong side of the border
(shapely covers; circles and corridors in metres) while the condition was in force. It is *clear* for as long
as the person was so far beyond the border that an honest receiver could not be in doubt (ADR-0014)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geo import metres_per_degree
from core.times import from_us, to_us
from geofence.model import BreachKind, ConditionKind, DayException, Hours, Shape, ShapeKind, Term, Window
from simulators.errors import RADIUS_68, Bools, Receiver
from simulators.plane import F8, degrees
from simulators.scenes import SECOND_US, Scene, SceneKind, Ways
from simulators.world import Resident

KINDS: Final = {
    ConditionKind.EXCLUSION: BreachKind.EXCLUSION_ENTERED,
    ConditionKind.INCLUSION: BreachKind.INCLUSION_LEFT,
    ConditionKind.CURFEW: BreachKind.CURFEW,
    ConditionKind.BOUNDARY: BreachKind.BOUNDARY_LEFT,
}
DEVICE_KINDS: Final = {
    SceneKind.STRAP: BreachKind.STRAP,
    SceneKind.CASE: BreachKind.CASE,
    SceneKind.BATTERY: BreachKind.BATTERY,
    SceneKind.JAM: BreachKind.JAMMING,
}
CLEAR_ACCURACIES: Final = 3.3
"""Beyond so many honest accuracies (2.5 σ as the platform reckons it) a fix leaves no doubt of its own."""

Moments = NDArray[np.int64]
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TrueBreach:
    person: str
    """File number."""
    kind: BreachKind
    condition: int
    """The condition's number in the order; 0: the device."""
    begins_us: int
    ends_us: int
    clear_s: float
    """The longest time without a break far beyond the border."""


def breaches(ways: Ways, *, since_us: int, until_us: int, receiver: Receiver) -> Iterator[TrueBreach]:
    seconds = np.arange(since_us, until_us, SECOND_US, dtype=np.int64)
    for who, resident in enumerate(ways.residents):
        x, y, sky = ways.where(who, seconds)
        honest = RADIUS_68 * np.hypot(np.array(receiver.drift_m), np.array(receiver.echo_m))[sky]
        lon, lat = degrees(x, y)
        for number, term in enumerate(resident.terms, 1):
            held = in_force(term, seconds)
            if not held.any() or (term.kind is ConditionKind.EXCLUSION and _is_far(term.shape, lon, lat)):
                continue
            outside = beyond_m(term.shape, lon, lat)
            wrong = -outside if term.kind is ConditionKind.EXCLUSION else outside
            is_wrong = held & ((wrong >= 0) if term.kind is ConditionKind.EXCLUSION else (wrong > 0))
            clear = is_wrong & (wrong >= CLEAR_ACCURACIES * honest)
            for first, last in runs(is_wrong):
                yield TrueBreach(
                    person=resident.person.number,
                    kind=KINDS[term.kind],
                    condition=number,
                    begins_us=int(seconds[first]),
                    ends_us=int(seconds[last]) + SECOND_US,
                    clear_s=max((b - a + 1.0 for a, b in runs(clear[first : last + 1])), default=0.0),
                )


def of_devices(residents: Sequence[Resident], scenes: Iterable[Scene]) -> Iterator[TrueBreach]:
    """What scenes do to devices, for the kinds in which no policy can find an excuse."""
    for scene in scenes:
        if kind := DEVICE_KINDS.get(scene.kind):
            lasts_s = (scene.ends_us - scene.begins_us) / SECOND_US
            number = residents[scene.who].person.number
            yield TrueBreach(number, kind, 0, scene.begins_us, scene.ends_us, lasts_s)


def beyond_m(shape: Shape, lon: F8, lat: F8) -> F8:
    """Metres to the border, + outside, − inside; the border itself is inside."""
    kx, ky = metres_per_degree(_middle(shape))
    flat = shapely.transform(shape.geometry, lambda c: c * (kx, ky))
    points = shapely.points(lon * kx, lat * ky)
    if shape.kind is not ShapeKind.AREA:
        return np.asarray(shapely.distance(flat, points) - shape.radius_m, dtype=np.float64)
    shapely.prepare(shape.geometry)
    covered = shapely.intersects_xy(shape.geometry, lon, lat)
    border = shapely.distance(shapely.boundary(flat), points)
    return np.where(covered, -border, np.maximum(border, 1e-9))


def in_force(term: Term, moments: Moments) -> Bools:
    held = moments >= term.since_us
    if term.until_us is not None:
        held &= moments < term.until_us
    for absence in term.absences:
        held &= (moments < absence.since_us) | (moments >= absence.until_us)
    if not term.hours.weekly and not term.hours.exceptions:
        return held
    spans = hours(term.hours, int(moments[0]), int(moments[-1]))
    on = np.zeros(len(moments), dtype=np.bool_)
    for since_us, until_us in spans:
        on |= (moments >= since_us) & (moments < until_us)
    return held & on


@lru_cache(maxsize=4096)
def hours(what: Hours, since_us: int, until_us: int) -> Spans:
    """The spans between two moments in which hours hold, a local date at a time."""
    zone = ZoneInfo(what.tz)
    date = from_us(since_us).astimezone(zone).date()
    last = from_us(until_us).astimezone(zone).date()
    spans = []
    while date <= last:
        midnight = (
            from_us(0)
            .astimezone(zone)
            .replace(
                year=date.year, month=date.month, day=date.day, hour=0, minute=0, second=0, microsecond=0
            )
        )
        special = next((e for e in what.exceptions if e.on == date), None)
        for starts, ends in _windows(special, what.weekly, date.weekday()):
            spans.append(tuple(to_us(midnight) + m * 60 * SECOND_US for m in (starts, ends)))
        date += timedelta(days=1)
    return tuple((a, b) for a, b in spans)


def _windows(
    special: DayException | None, weekly: Iterable[Window], weekday: int
) -> Iterable[tuple[int, int]]:
    if special is not None:
        return special.windows
    everyday = tuple(weekly)
    if not everyday:
        return ((0, 1440),)
    return ((w.starts, w.ends) for w in everyday if w.weekday == weekday)


def runs(which: Bools) -> list[tuple[int, int]]:
    """First and last index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], which, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _is_far(shape: Shape, lon: F8, lat: F8) -> bool:
    """The whole way lies beside the shape's box."""
    west, south, east, north = shapely.bounds(shape.geometry)
    room = shape.radius_m / metres_per_degree(south)[0]
    return bool(
        lon.max() < west - room
        or lon.min() > east + room
        or lat.max() < south - room
        or lat.min() > north + room
    )


def _middle(shape: Shape) -> float:
    _, low, _, high = shapely.bounds(shape.geometry)
    return float(low + high) / 2
