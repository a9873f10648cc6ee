"""Breaches then and under a proposal, side by side, each with the place where it began."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from geofence.model import BreachKind
from geofence.rules.contrast import Contrast
from geofence.rules.episodes import Episode
from geofence.rules.zones import BREACH
from tracking.model import Fix, Report

OF_ZONES = {*BREACH.values(), BreachKind.EXCLUSION_CROSSED}
"""A device may have the same number as a condition."""


@dataclass(frozen=True, slots=True)
class Line:
    """One breach: as it was, and as it would have been; where one is missing there would be none."""

    kind: BreachKind
    what: str
    """same, appears, vanishes, moves."""
    then: Episode | None
    so: Episode | None
    place: tuple[float, float] | None

    @property
    def shown(self) -> Episode:
        found = self.so or self.then
        if found is None:
            raise LookupError
        return found


def lines(found: Contrast, wanted: set[int], where: Mapping[int, tuple[float, float]]) -> Iterator[Line]:
    """Only of these conditions; in the order of time."""
    listed = [
        *(("same", episode, episode) for episode in found.same),
        *(("appears", None, episode) for episode in found.appear),
        *(("vanishes", episode, None) for episode in found.vanish),
        *(("moves", before, after) for before, after in found.move),
    ]
    moments = sorted(where)
    made = [
        Line(one.kind, what, then, so, _near(one.opened_us, moments, where))
        for what, then, so in listed
        if (one := so or then) and one.subject in wanted and one.kind in OF_ZONES
    ]
    yield from sorted(made, key=lambda line: line.shown.opened_us)


def places(reports: Iterable[Report]) -> dict[int, tuple[float, float]]:
    """Where the person was, by the moment."""
    return {
        report.taken_us: (report.lon, report.lat)
        for report in reports
        if isinstance(report, Fix) and isfinite(report.lon) and isfinite(report.lat)
    }


def _near(
    at_us: int, moments: list[int], where: Mapping[int, tuple[float, float]]
) -> tuple[float, float] | None:
    """The last place not after a moment: hours begin between two fixes."""
    index = bisect_right(moments, at_us)
    return where[moments[index - 1]] if index else None
