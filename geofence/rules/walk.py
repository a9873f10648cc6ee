"""The fold: from what a person's devices reported to the breaches it amounts to. This page is the definition.

A walk takes a person's reports in the order in which they were made, not in which they arrived. Before each
report it passes through the moments since the one before at which something begins or ends by the clock:
hours of a condition, an absence, a condition itself, a charge that was due. At each report it measures the
fix against every zone in question, and lets it move what is believed. Only a sure verdict opens or closes.
Every step is decided by the policy of its own moment."""

from collections.abc import Iterable
from dataclasses import replace
from math import isfinite

from core.geo import LonLat
from core.model import PersonId
from geofence.model import Belief, Change, Mark, Place, Standing, TakenOff, Term, Terms, Worn
from geofence.policies import Policies, Policy
from geofence.rules import devices, doubt, hours, shapes, zones
from geofence.rules.zones import Measure, Scene
from tracking.model import Fix, Flag, Report

Walked = tuple[Standing, list[Change]]
Fact = Report | TakenOff


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
    policies: Policies,
    until_us: int | None = None,
    measure: Measure | None = None,
) -> Walked:
    """Fold reports, sorted by `mark`, into a standing; then, if asked, let the clock run on to `until_us`.

    A report given twice counts once. `terms`: all that hold or held at any moment walked through."""
    changes: list[Change] = []
    for report in reports:
        if standing.last == mark(report):
            continue
        standing, passed = through(standing, terms, report.taken_us, policies=policies, measure=measure)
        standing, judged = fold(standing, report, terms, policies=policies, measure=measure)
        changes += passed + judged
    if until_us is not None:
        standing, passed = through(standing, terms, until_us, policies=policies, measure=measure)
        changes += passed
    return standing, changes


def through(
    standing: Standing, terms: Terms, until_us: int, *, policies: Policies, measure: Measure | None = None
) -> Walked:
    """Pass through every moment up to and including `until_us`. Where nothing happens, nothing is changed."""
    changes: list[Change] = []
    while (moment := next_moment(standing, terms, policies=policies)) is not None and moment <= until_us:
        standing, passed = settle(standing, terms, moment, policies=policies, measure=measure)
        changes += passed
    return standing, changes


def next_moment(standing: Standing, terms: Terms, *, policies: Policies) -> int | None:
    """When the clock will next matter, if no report comes before. Of somebody never heard: never."""
    if standing.last is None:
        return None
    timed = [hours.next_moment(term, standing.at_us) for term in terms]
    timed += [devices.next_moment(worn, policies) for worn in standing.worn]
    return min((moment for moment in timed if moment is not None), default=None)


def settle(
    standing: Standing, terms: Terms, at_us: int, *, policies: Policies, measure: Measure | None = None
) -> Walked:
    """One moment of the clock."""
    scene = Scene(standing.person, policies.at(at_us), standing.trail, measure or scalar)
    current = at(terms, at_us)
    beliefs, changes = zones.sync(standing.beliefs, current, at_us, scene, known=terms)
    settled: list[Belief] = []
    for belief, term in zip(beliefs, current, strict=True):
        kept, found = zones.settle(belief, term, at_us, scene)
        settled.append(kept)
        changes += found
    worn: list[Worn] = []
    for device in standing.worn:
        heard, found = devices.settle(device, at_us, person=standing.person, policies=policies)
        worn.append(heard)
        changes += found
    return replace(standing, passed_us=at_us, beliefs=tuple(settled), worn=tuple(worn)), changes


def fold(
    standing: Standing, report: Fact, terms: Terms, *, policies: Policies, measure: Measure | None = None
) -> Walked:
    """One report; the moments before it have been passed."""
    if is_late(standing, report):
        raise OutOfOrderError(mark(report))
    policy = policies.at(report.taken_us)
    scene = Scene(standing.person, policy, standing.trail, measure or scalar)
    if isinstance(report, TakenOff):
        return take_off(standing, report, terms, scene)
    place = where(report, policy)
    beliefs, changes = standing.beliefs, list[Change]()
    if isinstance(report, Fix) and place is not None:
        weight = doubt.weight(standing.place, report, place, policy=policy)
        place = place._replace(weight=weight.news)
        trail = (*standing.trail, place)[-policy.evidence_fixes :]
        scene = replace(scene, trail=trail, weight=weight)
        beliefs, changes = _look(standing.beliefs, terms, scene)
    worn, found = _listen(standing, report, place, policies=policies)
    return replace(
        standing, last=mark(report), trail=scene.trail, beliefs=beliefs, worn=worn
    ), changes + found


def take_off(standing: Standing, off: TakenOff, terms: Terms, scene: Scene) -> Walked:
    """What only the device could tell is over; nobody is blamed for what nobody can know (ADR-0009)."""
    person, now_us, policy = standing.person, off.taken_us, scene.policy
    gone = [worn for worn in standing.worn if worn.device == off.device]
    kept = tuple(worn for worn in standing.worn if worn not in gone)
    changes = [c for worn in gone for c in devices.take_off(worn, now_us, person=person, policy=policy)]
    standing = replace(standing, last=mark(off), worn=kept)
    if not off.is_bare:
        return standing, changes
    for belief in standing.beliefs:
        begun = (t for t in reversed(terms) if t.since_us <= now_us)  # an edit to come explains nothing
        term = next((t for t in begun if zones.is_about(belief, t)), None)
        changes += zones.close(belief, now_us, scene, reason="not_worn", term=term)[1]
    beliefs = tuple(replace(b, odds=doubt.NOTHING_KNOWN, seen=0, breach=None) for b in standing.beliefs)
    return replace(standing, trail=(), beliefs=beliefs), changes


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


def _look(beliefs: tuple[Belief, ...], terms: Terms, scene: Scene) -> tuple[tuple[Belief, ...], list[Change]]:
    """The last place of the trail against every zone in question: measure, believe, judge."""
    place = scene.trail[-1]
    current = at(terms, place.taken_us)
    known, changes = zones.sync(beliefs, current, place.taken_us, scene, known=terms)
    reach_m = zones.reach_m(place, scene.policy)
    seen: list[Belief] = []
    for before, term in zip(known, current, strict=True):
        metres = scene.measure(term, place, reach_m)
        belief = zones.see(before, metres, scene)
        changes += zones.cross(before, belief, term, metres, scene)
        belief, found = zones.judge(belief, term, place.taken_us, scene)
        seen.append(belief)
        changes += found
    return tuple(seen), changes


def _listen(
    standing: Standing, report: Report, place: Place | None, *, policies: Policies
) -> tuple[tuple[Worn, ...], list[Change]]:
    """What the device says about itself."""
    person, policy = standing.person, policies.at(report.taken_us)
    mine = next((w for w in standing.worn if w.device == report.device), None)
    others = tuple(w for w in standing.worn if w is not mine)
    worn, changes = devices.hear(mine or Worn(report.device), report, policies=policies)
    worn, found = devices.settle(worn, report.taken_us, person=person, policies=policies)
    if place is None:
        return (*others, worn), changes + found
    worn, jumped = devices.move(worn, place, person=person, policy=policy)
    return (*others, worn), changes + found + jumped
