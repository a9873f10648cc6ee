"""What the kernel found, as changes with the evidence that explains them.

All distances that are to be cited are measured at once."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from geofence.engine import roster
from geofence.engine.roster import TRAIL, Out
from geofence.engine.seats import Seats, places_of
from geofence.model import Change, Edge, OpenBreach, Place, Term
from geofence.policies import Policies
from geofence.rules import zones
from geofence.rules.zones import Scene

SAID: dict[int, tuple[Edge, dict[str, object]]] = {
    roster.OPENED_BY_FIX: (Edge.OPENED, {"why": "fix"}),
    roster.OPENED_BY_HOURS: (Edge.OPENED, {}),  # by what began
    roster.COMPLIED: (Edge.CLOSED, {"reason": "complied"}),
    roster.HOURS_ENDED: (Edge.CLOSED, {"reason": "hours_ended"}),
    roster.ABSENCE_BEGAN: (Edge.CLOSED, {"reason": "absence_began"}),
}
"""What the kernel's codes mean."""


def changes(seats: Seats, policies: Policies, out: Out, count: int) -> list[Change]:
    """The first `count` findings; call it before anybody's row is written again."""
    if not count:
        return []
    trails = [places_of(out.places, i * TRAIL, int(out.found[i]["seen"])) for i in range(count)]
    metres = _metres(seats, policies, out, trails)
    return [_change(seats, policies, out.found[i], trails[i], metres) for i in range(count)]


def _metres(seats: Seats, policies: Policies, out: Out, trails: list[tuple[Place, ...]]) -> Iterator[float]:
    """Of every place that is cited, in the order in which evidence asks for them."""
    zone, lon, lat, reach_m = list[int](), list[float](), list[float](), list[float]()
    for i, trail in enumerate(trails):
        found = out.found[i]
        number = seats.seat_in(int(found["seat"])).numbers[int(found["place"])]
        policy = policies.known[int(found["policy"])]
        for place in trail[len(trail) - int(found["slot_seen"]) :]:
            zone.append(number)
            lon.append(place.lon)
            lat.append(place.lat)
            reach_m.append(zones.reach_m(place, policy))
    columns = (np.array(column, np.float64) for column in (lon, lat, reach_m))
    measured = seats.pool.measure(np.array(zone, np.int64), *columns)
    return iter(measured.tolist())


def _change(
    seats: Seats, policies: Policies, found: np.void, trail: tuple[Place, ...], metres: Iterator[float]
) -> Change:
    def measured(term: Term, place: Place, reach_m: float) -> float:  # noqa: ARG001 - a Measure
        return next(metres)

    row, at_us = int(found["seat"]), int(found["at_us"])
    term, person = seats.seat_in(row).current[int(found["place"])], seats.person_in(row)
    scene = Scene(person, policies.known[int(found["policy"])], trail, measured)
    belief = replace(zones.unknown(term), odds=float(found["odds"]), seen=int(found["slot_seen"]))
    breach = OpenBreach(zones.BREACH[term.kind], term.condition, int(found["opened_us"]))
    edge, said = SAID[int(found["why"])]
    told = zones.evidence(belief, scene, term=term) | (said or {"why": zones.began(term, at_us)})
    return zones.change(breach, edge, at_us, person=person, evidence=told)
