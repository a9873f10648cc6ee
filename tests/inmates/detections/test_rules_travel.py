"""Sign-ins that nobody can have made in person, and sign-ins by night from elsewhere."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geo import LonLat, distance_m
from core.model import UserId
from inmates.detections import rules_travel as rules
from inmates.detections.model import Finding, SignIn
from inmates.detections.rules import POLICY

TASHKENT = ZoneInfo("Asia/Tashkent")
NOON = datetime(2026, 11, 27, 7, tzinfo=UTC)
PLACES = {
    "tashkent": LonLat(69.28, 41.31),
    "chirchiq": LonLat(69.58, 41.47),
    "samarqand": LonLat(66.96, 39.65),
    "nukus": LonLat(59.61, 42.46),
}


def signs(*said: tuple[int, str], user: int = 1) -> list[SignIn]:
    """Minutes after noon, and where."""
    return [SignIn(UserId(user), NOON + timedelta(minutes=minutes), place) for minutes, place in said]


def travels(some: list[SignIn], *, since: datetime = NOON) -> list[Finding]:
    return list(rules.travels(some, places=PLACES, since=since, policy=POLICY, here=TASHKENT))


@pytest.mark.parametrize(
    ("some", "count"),
    [
        (signs((0, "tashkent"), (10, "nukus")), 1),
        (signs((10, "nukus"), (0, "tashkent")), 1),
        (signs((0, "tashkent"), (0, "nukus")), 1),
        (signs((0, "tashkent"), (10, "nukus"), (20, "tashkent")), 2),
        (signs((0, "tashkent"), (5, ""), (6, "closed-office"), (10, "nukus")), 1),
        (signs((0, "tashkent"), (120, "nukus")), 0),
        (signs((0, "tashkent"), (1, "tashkent")), 0),
        (signs((0, "tashkent"), (0, "chirchiq")), 0),
        (signs((0, "tashkent")) + signs((1, "nukus"), user=2), 0),
        (signs((0, "tashkent"), (10, "")), 0),
    ],
)
def test_two_places_at_once(some: list[SignIn], count: int) -> None:
    found = travels(some)
    assert sum(one.count for one in found) == count
    assert all(one.is_urgent and one.accused == {1} for one in found)


def test_what_was_found_before_is_not_found_again() -> None:
    """A round sees sign-ins of before, for comparison only; and it looks back as long as the longest way."""
    some = signs((0, "tashkent"), (10, "nukus"))
    assert travels(some, since=NOON + timedelta(minutes=10))
    assert not travels(some, since=NOON + timedelta(minutes=11))
    back = rules.look_back(PLACES, policy=POLICY)
    assert timedelta(hours=1) < back < timedelta(hours=2)
    assert not rules.look_back({}, policy=POLICY)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(sorted(PLACES)), st.floats(1.01, 3)), min_size=2, max_size=12))
def test_whoever_travels_slower_than_allowed_is_never_found(way: list[tuple[str, float]]) -> None:
    at, here, some = NOON, way[0][0], signs((0, way[0][0]))
    for place, ease in way[1:]:
        km = distance_m(PLACES[here], PLACES[place]) / 1000
        at, here = at + timedelta(hours=ease * km / POLICY.travel_kmh), place
        some.append(SignIn(UserId(1), at, place))
    assert not travels(some)
    hurried = SignIn(UserId(1), at + timedelta(minutes=1), "nukus" if here != "nukus" else "tashkent")
    assert travels([*some, hurried])


@pytest.mark.parametrize(
    ("hour", "network", "found"),
    [(17, "", 1), (0, "", 1), (7, "", 0), (17, "tashkent", 0), (17, "closed-office", 0)],
)
def test_a_strange_network_by_night(hour: int, network: str, found: int) -> None:
    """22:00 in Tashkent is 17:00 UTC; a name that is no longer in the file was ours."""
    at = NOON.replace(hour=hour)
    some = [SignIn(UserId(1), at, network), SignIn(UserId(1), at + timedelta(minutes=1), network)]
    said = list(rules.strange(some, since=at, policy=POLICY, here=TASHKENT))
    assert [one.count for one in said] == [2] * found
    assert not list(rules.strange(some, since=at + timedelta(hours=1), policy=POLICY, here=TASHKENT))
