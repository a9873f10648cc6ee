"""The fold: from what a person's devices reported to the breaches it amounts to. This page is the definition.

A walk takes a person's reports in the order in which they were made, not in which they arrived. Before each
report it passes through the moments since the one before at which something begins or ends by the clock:
hours of a condition, an absence, a condition itself, a charge that was due. At each report it measures the
fix against every zone in question, and lets it move what is believed. Only a sure verdict opens or closes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import isfinite

from core.geo import LonLat
from core.model import PersonId
from geofence.model import Belief, Change, Mark, Place, Sight, Standing, TakenOff, Term, Terms, Worn
from geofence.policies import Policy
from geofence.rules import devices, doubt, hours, shapes, zones
from tracking.model import Fix, Flag, Report

Walked = tuple[Standing, list[Change]]
Fact = Report | TakenOff

Measure = Callable[[Term, Place, float], float]
"""(term, place, reach) → signed metres to its border, within ±reach."""


class OutOfOrderError(ValueError):
    """A report older than what is folded already: it must be judged by replay, not here."""


def fresh(person: PersonId) -> Standing:
    """Of somebody from whom nothing was heard yet."""
    return Standing(person)


def walk(
    standing: Standing,
    reports: Iterable[Fact],
    terms: Terms,
    *,
    policy: Policy,
    until_us: int | None = None,
) -> Walked:
    """Fold reports, sorted by `mark`, into a standing; then, if asked, let the clock run on to `until_us`.

    A report given twice counts once. `terms`: all that hold or held at any moment walked through."""
    changes: list[Change] = []
    for report in reports:
        if standing.last == mark(report):
            continue
        standing, passed = through(standing, terms, report.taken_us, policy=policy)
        standing, judged = fold(standing, report, terms, policy=policy)
        changes += passed + judged
    if until_us is not None:
        standing, passed = through(standing, terms, until_us, policy=policy)
        changes += passed
    return standing, changes


def through(standing: Standing, terms: Terms, until_us: int, *, policy: Policy) -> Walked:
    """Pass through every moment up to and including `until_us`. Where nothing happens, nothing is changed."""
    changes: list[Change] = []
    while (moment := next_moment(standing, terms, policy=policy)) is not None and moment <= until_us:
        standing, passed = settle(standing, terms, moment, policy=policy)
        changes += passed
    return standing, changes


def next_moment(standing: Standing, terms: Terms, *, policy: Policy) -> int | None:
    """When the clock will next matter, if no report comes before. Of somebody never heard: never."""
    if standing.last is None:
        return None
    timed = [hours.next_moment(term, standing.at_us) for term in terms]
    timed += [devices.next_moment(worn, policy) for worn in standing.worn]
    return min((moment for moment in timed if moment is not None), default=None)


def settle(standing: Standing, terms: Terms, at_us: int, *, policy: Policy) -> Walked:
    """One moment of the clock."""
    person = standing.person
    current = at(terms, at_us)
    beliefs, changes = zones.sync(standing.beliefs, current, at_us, person=person, policy=policy)
    settled: list[Belief] = []
    for belief, term in zip(beliefs, current, strict=True):
        kept, found = zones.settle(belief, term, at_us, person=person, policy=policy)
        settled.append(kept)
        changes += found
    worn: list[Worn] = []
    for device in standing.worn:
        heard, found = devices.settle(device, at_us, person=person, policy=policy)
        worn.append(heard)
        changes += found
    return replace(standing, passed_us=at_us, beliefs=tuple(settled), worn=tuple(worn)), changes


def fold(
    standing: Standing, report: Fact, terms: Terms, *, policy: Policy, measure: Measure | None = None
) -> Walked:
    """One report; the moments before it have been passed."""
    if is_late(standing, report):
        raise OutOfOrderError(mark(report))
    if isinstance(report, TakenOff):
        return take_off(standing, report, policy=policy)
    place = where(report, policy)
    beliefs, changes = standing.beliefs, list[Change]()
    if isinstance(report, Fix) and place is not None:
        weight = doubt.weight(standing.place, report, place, policy=policy)
        beliefs, changes = _look(
            standing, place, terms, weight=weight, policy=policy, measure=measure or scalar
        )
    worn, found = _listen(standing, report, place, policy=policy)
    return replace(
        standing, last=mark(report), place=place or standing.place, beliefs=beliefs, worn=worn
    ), changes + found


def take_off(standing: Standing, off: TakenOff, *, policy: Policy) -> Walked:
    """What only the device could tell is over; nobody is blamed for what nobody can know (ADR-0009)."""
    person, now_us = standing.person, off.taken_us
    gone = [worn for worn in standing.worn if worn.device == off.device]
    kept = tuple(worn for worn in standing.worn if worn not in gone)
    changes = [c for worn in gone for c in devices.take_off(worn, now_us, person=person, policy=policy)]
    standing = replace(standing, last=mark(off), worn=kept)
    if not off.is_bare:
        return standing, changes
    for belief in standing.beliefs:
        changes += zones.close(belief, now_us, person=person, policy=policy, reason="not_worn")[1]
    beliefs = tuple(replace(b, odds=doubt.NOTHING_KNOWN, sights=(), breach=None) for b in standing.beliefs)
    return replace(standing, place=None, beliefs=beliefs), changes


def mark(report: Fact) -> Mark:
    """The order of the fold."""
    return Mark(report.taken_us, report.device, report.sequence)


def is_late(standing: Standing, report: Fact) -> bool:
    """Would it change what has been judged already?"""
    if standing.last is None:
        return False
    return mark(report) <= standing.last or report.taken_us < standing.passed_us


def at(terms: Terms, at_us: int) -> Terms:
    return tuple(term for term in terms if hours.is_current(term, at_us))


def where(report: Report, policy: Policy) -> Place | None:
    """None: it names no place, or one that the device itself calls made up."""
    if not isinstance(report, Fix) or Flag.MOCK in report.flags:
        return None
    if not (isfinite(report.lon) and isfinite(report.lat)):
        raise ValueError(mark(report))
    accuracy_m, is_assumed = doubt.accuracy(report, policy)
    return Place(
        report.device, report.sequence, report.taken_us, report.lon, report.lat, accuracy_m, is_assumed
    )


def scalar(term: Term, place: Place, reach_m: float) -> float:
    return shapes.signed_distance(term.shape, LonLat(place.lon, place.lat), most_m=reach_m)


def _look(
    standing: Standing,
    place: Place,
    terms: Terms,
    *,
    weight: doubt.Weight,
    policy: Policy,
    measure: Measure,
) -> tuple[tuple[Belief, ...], list[Change]]:
    """A fix against every zone in question: measure, believe, judge."""
    person, now_us = standing.person, place.taken_us
    current = at(terms, now_us)
    known, changes = zones.sync(standing.beliefs, current, now_us, person=person, policy=policy)
    reach_m = doubt.reach(place.accuracy_m, policy)
    beliefs: list[Belief] = []
    for before, term in zip(known, current, strict=True):
        metres = measure(term, place, reach_m)
        sight = Sight(
            place.device,
            place.sequence,
            now_us,
            metres,
            place.accuracy_m,
            is_assumed=place.is_assumed,
            weight=weight.news if before.sights else weight.first,
        )
        belief = zones.see(before, sight, policy, kept=weight.kept)
        if standing.place is not None:
            way = (standing.place, place)
            changes += zones.cross(before, belief, term, way=way, person=person, policy=policy)
        belief, found = zones.judge(belief, term, now_us, person=person, policy=policy)
        beliefs.append(belief)
        changes += found
    return tuple(beliefs), changes


def _listen(
    standing: Standing, report: Report, place: Place | None, *, policy: Policy
) -> tuple[tuple[Worn, ...], list[Change]]:
    """What the device says about itself."""
    person = standing.person
    mine = next((w for w in standing.worn if w.device == report.device), None)
    others = tuple(w for w in standing.worn if w is not mine)
    worn, changes = devices.hear(mine or Worn(report.device), report, policy=policy)
    worn, found = devices.settle(worn, report.taken_us, person=person, policy=policy)
    if place is None:
        return (*others, worn), changes + found
    worn, jumped = devices.move(worn, place, person=person, policy=policy)
    return (*others, worn), changes + found + jumped
