"""Invented lives for property tests: terms of every kind and hours, and what a device may report."""

from itertools import pairwise

from hypothesis import strategies as st

from core.model import DeviceId
from geofence.model import Absence, ConditionId, Hours, Shape, TakenOff, Term, Terms, ZoneId
from geofence.rules import walk
from scene import ALWAYS, DEVICE, PERSON, a_fix, a_term, an_event, at, circle, corridor, daily, square
from tracking.model import EventKind, Flag, Mechanism

OTHER_DEVICE = DeviceId(71)
LASTS_MIN = 600

metres = st.sampled_from([0.0, 20.0, 95.0, 100.0, 105.0, 130.0, 200.0, 400.0, 900.0, 6000.0]).flatmap(
    lambda x: st.sampled_from([x, -x])
)
minutes = st.integers(0, LASTS_MIN)
shapes: st.SearchStrategy[Shape] = st.one_of(
    st.builds(circle, st.sampled_from([40.0, 100.0, 400.0]), metres),
    st.builds(square, st.sampled_from([40.0, 100.0, 400.0]), metres, metres),
    st.builds(lambda x: corridor(30.0, (-1000.0, 0.0), (x, 200.0), (1000.0, 0.0)), metres),
)
hours: st.SearchStrategy[Hours] = st.one_of(
    st.just(ALWAYS),
    st.builds(daily, st.integers(130, 700), st.integers(701, 1440)),
    st.builds(daily, st.integers(400, 700), st.integers(130, 399)),
)
absences = st.lists(
    st.tuples(minutes, minutes).map(lambda m: Absence(at(min(m)), at(max(m) + 1))), max_size=2
).map(tuple)


@st.composite
def condition(draw: st.DrawFn, number: int) -> list[Term]:
    """One condition: perhaps edited once (a new version of the zone, other hours), perhaps ended."""
    kind = draw(st.sampled_from(["inclusion", "exclusion", "curfew", "boundary"]))
    cuts = sorted(draw(st.lists(minutes, max_size=2, unique=True)))
    edges = [at(-1000), *map(at, cuts), draw(st.sampled_from([None, at(LASTS_MIN)]))]
    version, terms = 1, []
    for since, until in pairwise(edges):
        if since is None or (until is not None and until <= since):
            continue
        version += draw(st.integers(0, 1))
        shape = draw(shapes) if not terms or version != terms[-1].zone_version else terms[-1].shape
        terms.append(
            a_term(
                kind,
                shape,
                condition=ConditionId(number),
                zone=ZoneId(number),
                zone_version=version,
                hours=draw(hours),
                absences=draw(absences),
                since_us=since,
                until_us=until,
            )
        )
    return terms


@st.composite
def all_terms(draw: st.DrawFn) -> Terms:
    return tuple(t for n in range(1, draw(st.integers(1, 3)) + 1) for t in draw(condition(n)))


@st.composite
def a_life(draw: st.DrawFn, most: int = 40) -> list[walk.Fact]:
    """Facts of one person in the order of the fold: stays of several fixes, now and then an event."""
    now, reports, x, y = 0.0, list[walk.Fact](), 0.0, 0.0
    for sequence in range(1, draw(st.integers(1, most)) + 1):
        now += draw(st.sampled_from([0.0, 1 / 60, 0.25, 1.0, 1.0, 1.0, 5.0, 47.0]))
        if draw(st.integers(0, 3)) == 0:
            x, y = draw(metres), draw(metres)
        more = {"device": draw(st.sampled_from([DEVICE] * 5 + [OTHER_DEVICE])), "sequence": sequence}
        if draw(st.integers(0, 29)) == 0:
            reports.append(TakenOff(PERSON, more["device"], at(now), is_bare=draw(st.booleans())))
        if draw(st.integers(0, 9)) == 0:
            reports.append(an_event(now, draw(st.sampled_from(EventKind)), draw(st.integers(0, 100)), **more))
            continue
        more |= {"battery": draw(st.sampled_from([None, 5, 20, 25, 90]))}
        more |= {
            "flags": draw(st.sampled_from([Flag(0)] * 6 + [*Flag])),
            "mechanism": draw(st.sampled_from(Mechanism)),
            "sent_us": at(now + draw(st.sampled_from([0, 0, 60]))),
        }
        accuracy = draw(st.sampled_from([None, 0.0, 3.0, 10.0, 10.0, 10.0, 50.0, 800.0]))
        reports.append(a_fix(now, x, y, accuracy=accuracy, **more))
    once = {walk.mark(report): report for report in reports}  # a device comes off once at one instant
    return [once[mark] for mark in sorted(once)]


@st.composite
def a_quiet_life(draw: st.DrawFn, most: int = 60) -> list[walk.Fact]:
    """Fixes of one device with nothing to say of itself: what the compiled judge folds."""
    now, reports, x, y = 0.0, list[walk.Fact](), 0.0, 0.0
    for sequence in range(1, draw(st.integers(1, most)) + 1):
        now += draw(st.sampled_from([1 / 60, 0.25, 1.0, 1.0, 1.0, 5.0, 47.0]))
        if draw(st.integers(0, 4)) == 0:
            x, y = draw(metres), draw(metres)
        more = {"battery": draw(st.sampled_from([None, 60, 90])), "sequence": sequence}
        more |= {"mechanism": draw(st.sampled_from([Mechanism.GNSS] * 3 + [*Mechanism]))}
        sent_us = at(now + draw(st.sampled_from([0.0, 0.0, 30.0])))
        accuracy = draw(st.sampled_from([None, 3.0, 10.0, 10.0, 10.0, 50.0, 800.0]))
        shaken = draw(st.sampled_from([0.0, 1.5, -2.0]))
        reports.append(a_fix(now, x + shaken, y, accuracy=accuracy, sent_us=sent_us, **more))
    return reports
