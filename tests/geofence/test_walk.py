"""The fold in words: what opens, what closes, and what does not."""

import pytest

from geofence import policies
from geofence.model import Absence, Change, Standing, Terms, Verdict
from geofence.policies import Policies, Policy
from geofence.rules import walk, zones
from scene import PERSON, POLICY, a_fix, a_term, at, circle, daily, square, words
from tracking.model import Report

HOME = a_term("inclusion")
every_policy = pytest.mark.parametrize("policy", policies.known(), ids=lambda policy: policy.id)


def walked(
    reports: list[Report], terms: Terms, until: float | None = None, *, policy: Policy = POLICY
) -> tuple[Standing, list[Change]]:
    until_us = None if until is None else at(until)
    return walk.walk(walk.fresh(PERSON), reports, terms, policies=Policies((policy,)), until_us=until_us)


def path(*xs: float, begin: float = 0.0, every: float = 1.0, accuracy: float | None = 10.0) -> list[Report]:
    """Fixes a minute apart, so many metres east of home."""
    return [a_fix(begin + i * every, x, accuracy=accuracy) for i, x in enumerate(xs)]


OUT = [300.0] * 5
IN = [0.0] * 5


@pytest.mark.parametrize(
    ("kind", "xs", "said"),
    [
        ("inclusion", [*IN], ""),
        ("inclusion", [*OUT], "inclusion_left!"),
        ("inclusion", [*IN, *OUT, *IN], "inclusion_left! inclusion_left."),
        ("inclusion", [*IN, *OUT, *IN, *OUT], "inclusion_left! inclusion_left. inclusion_left!"),
        ("exclusion", [*OUT, *IN, *OUT], "exclusion_entered! exclusion_entered."),
        ("exclusion", [*OUT], ""),
        ("boundary", [*IN, *OUT, *IN], "boundary_left! boundary_left."),
        ("curfew", [*IN, *OUT, *IN], "curfew! curfew."),
        ("inclusion", [300.0], ""),  # one fix is never enough
        ("inclusion", [*IN, 600.0, *IN], ""),  # one wild fix
        ("inclusion", [*IN, 600.0, 0.0, 600.0, *IN], ""),
        ("exclusion", [*OUT, 0.0, *OUT], ""),
        ("inclusion", [*IN, *([110.0] * 2), *IN], ""),  # ten metres past the border, claimed to ten
    ],
)
@every_policy
def test_a_walk_in_words(kind: str, xs: list[float], said: str, policy: Policy) -> None:
    assert words(walked(path(*xs), (a_term(kind),), policy=policy)[1]) == said


@every_policy
def test_a_fix_without_accuracy_is_unknown_and_not_perfect(policy: Policy) -> None:
    near = [*IN, *([130.0] * 6)]
    assert words(walked(path(*near, accuracy=5.0), (HOME,), policy=policy)[1]) == "inclusion_left!"
    assert words(walked(path(*near, accuracy=None), (HOME,), policy=policy)[1]) == ""
    assert words(walked(path(*near, accuracy=0.0), (HOME,), policy=policy)[1]) == ""


@every_policy
def test_already_outside_when_the_curfew_begins(policy: Policy) -> None:
    curfew = a_term("curfew", hours=daily(150, 600))  # from 02:30 on; the scene begins at 02:00
    out = path(*[300.0] * 32)
    _, changes = walked(out, (curfew,), policy=policy)
    assert words(changes) == "curfew!"
    assert changes[0].at_us == at(30)
    assert changes[0].evidence["why"] == "hours_began"


@every_policy
def test_a_stale_fix_opens_nothing_when_hours_begin(policy: Policy) -> None:
    curfew = a_term("curfew", hours=daily(150, 600))
    assert words(walked(path(*OUT), (curfew,), until=40, policy=policy)[1]) == ""
    assert words(walked(path(*[300.0] * 27), (curfew,), until=40, policy=policy)[1]) == "curfew!"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"hours": daily(60, 140)}, "hours_ended"),
        ({"absences": (Absence(at(20), at(90)),)}, "absence_began"),
        ({"until_us": at(20)}, "terms_ended"),
    ],
)
def test_a_breach_closes_when_nothing_is_asked_any_more(more: dict[str, object], reason: str) -> None:
    _, changes = walked(path(*OUT), (a_term("inclusion", **more),), until=60)
    assert words(changes) == "inclusion_left! inclusion_left."
    assert (changes[1].at_us, changes[1].evidence["reason"]) == (at(20), reason)


def test_a_new_shape_keeps_the_breach_open_until_compliance_with_it_is_sure() -> None:
    old = a_term("inclusion", until_us=at(5))
    new = a_term("inclusion", circle(100.0, x=300.0), zone_version=2, since_us=at(5))
    _, changes = walked(path(*[300.0] * 8), (old, new))
    assert words(changes) == "inclusion_left! inclusion_left."
    assert changes[1].at_us == at(6)  # the second fix under the new shape
    assert changes[1].evidence["reason"] == "complied"


@every_policy
def test_jumped_over(policy: Policy) -> None:
    school = a_term("exclusion", circle(50.0, x=1000.0))
    _, changes = walked(path(0, 0, 0, 2000, 2000), (school,), policy=policy)
    assert words(changes) == "exclusion_crossed! exclusion_crossed."
    assert (changes[0].at_us, changes[1].at_us) == (at(2), at(3))


@every_policy
def test_at_the_edge_of_a_zone_a_straight_line_says_nothing(policy: Policy) -> None:
    """Round a corner: surely outside on both sides, but nearer to the border than the error of each fix."""
    corner = [(80.0, 110.0)] * 20 + [(110.0, 80.0)] * 3
    ways = [a_fix(i, x, y) for i, (x, y) in enumerate(corner)]
    standing, changes = walked([*ways], (a_term("exclusion", square(100.0)),), policy=policy)
    assert words(changes) == ""
    assert zones.verdict(standing.beliefs[0], policy) is Verdict.OUT
    through = [a_fix(i, x, y) for i, (x, y) in enumerate([(0.0, 140.0)] * 20 + [(140.0, 0.0)] * 3)]
    assert words(walked([*through], (a_term("exclusion", square(100.0)),), policy=policy)[1]) == (
        "exclusion_crossed! exclusion_crossed."
    )
