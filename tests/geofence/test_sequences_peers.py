"""Behaviours that peers wrote down as steps: where we say the same, and where we do not, and why (ADR-0006).

One fix never suffices for us. Where a peer moves an object once, we let it stay for three fixes, a minute
apart; and we assert that with a single fix each we would have said nothing at all."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import shapely
from shapely import Point, Polygon

from core.geo import LonLat, distance_m, metres_per_degree
from geofence.model import Change, ConditionId, Edge, Shape, ShapeKind, Standing, Term, Verdict, ZoneId
from geofence.policies import Policies
from geofence.rules import contact, walk, zones
from peers import moment, name_of, needed, suite, traces
from scene import DEVICE, PERSON, POLICIES, POLICY, a_fix, a_term, flagged, words
from tracking.model import Flag, Report

pytestmark = needed
CASES = suite("sequences.jsonl")
TILE38 = [c for c in CASES if c["source"] == "tile38" and "steps" in c]
HOME_ASSISTANT = [c for c in CASES if c["source"] == "home-assistant"]
TRACCAR = {c["id"]: c for c in CASES if c["source"] == "traccar"}

OF_A_REGION = {  # a telephone's own region event overrules the position there; ours are only positions
    "test_event_gps_entry_exit",
    "test_event_gps_entry_exit_zero_accuracy",
    "test_event_gps_entry_exit_right_order",
    "test_event_gps_entry_exit_wrong_order",
}
OF_A_TRIP = {  # Traccar tells trips; we are asked whether somebody left a place, and one fix is not enough
    "testMotionWithPosition": (
        "",
        "far for one minute only",
    ),
    "testMotionFluctuation": ("inclusion_left!", "stayed away; a short stop changes nothing, as for Traccar"),
    "testMotionDetected": ("", "one fix away"),
    "testStopDetected": ("", "never left"),
    "testNoStopBeforeDuration": ("", "never left"),
    "testNoEventWhenAlreadyMoving": ("", "one fix away"),
    "testMotionWithFastAverageSpeed": ("", "one fix away, however fast"),
    "testGapSplitsTrip": ("", "one fix away after a gap; the gap itself is `silent`"),
    "testGapSplitsTripWhileStopped": ("", "one fix away after a gap; the gap itself is `silent`"),
    "testGapBelowDistanceDoesNotSplitTrip": ("", "never left"),
    "testTripStartBacktrack": ("", "one fix away; and our times are those of the fix that made it sure"),
    "testEventsAreChronological": ("", "away and back within minutes, one fix each"),
}
OF_A_GAP = {"testStopWithGap", "testStopWithDoubleGap"}
OF_A_SPEED = {"testOverspeedEventHandler/geofence0", "testOverspeedEventHandler/geofence1"}
ELSEWHERE = {"roamingTestData"}  # two moving objects: distances only, no breach kind of this slice


def test_no_case_is_left_out() -> None:
    named = {c["id"] for c in TILE38 + HOME_ASSISTANT} | OF_A_TRIP.keys() | OF_A_GAP | OF_A_SPEED | ELSEWHERE
    assert Counter(c["id"] for c in CASES) == Counter(dict.fromkeys(named, 1))


def shape_of(fence: dict[str, Any]) -> Shape:
    if fence["type"] == "circle":
        return Shape(ShapeKind.CIRCLE, Point(fence["center"]), float(fence["radius_m"]))
    if fence["type"] == "bounds":
        sides = (fence[k] for k in ("minlon", "minlat", "maxlon", "maxlat"))
        return Shape(ShapeKind.AREA, shapely.box(*sides))
    return Shape(ShapeKind.AREA, Polygon(fence["coordinates"][0]))


def forbidden(shapes: dict[str, Shape]) -> dict[str, Term]:
    return {
        name: a_term("exclusion", shape, condition=ConditionId(i), zone=ZoneId(i), since_us=0)
        for i, (name, shape) in enumerate(shapes.items(), 1)
    }


def stays(places: list[tuple[float, float, float | None]], fixes_each: int) -> Iterator[list[Report]]:
    minute = 0
    for lon, lat, accuracy in places:
        yield [a_fix(minute + i, lon=lon, lat=lat, accuracy=accuracy) for i in range(fixes_each)]
        minute += fixes_each


def of_zones(changes: list[Change]) -> list[Change]:
    """Without the impossible jumps which these made-up moves are."""
    return [c for c in changes if "verdict" in c.evidence]


@pytest.mark.parametrize("case", TILE38, ids=name_of)
def test_enter_exit_and_cross(case: dict[str, Any]) -> None:
    terms = forbidden({n: shape_of(f) for n, f in (case.get("fences") or {"": case["fence"]}).items()})
    places = [(s["lon"], s["lat"], 10.0) for s in case["steps"]]
    once = [fix for stay in stays(places, 1) for fix in stay]
    assert not of_zones(walk.walk(walk.fresh(PERSON), once, tuple(terms.values()), policies=POLICIES)[1])
    standing, ours = walk.fresh(PERSON), list[set[str]]()
    for stay in stays(places, 3):
        standing, changes = walk.walk(standing, stay, tuple(terms.values()), policies=POLICIES)
        ours.append({word for c in of_zones(changes) for word in tile38_words(c, terms)})
    if "expect_all" in case:
        assert ours == [{"enter"}, {"exit"}, {"cross"}]
        assert {"enter", "exit", "cross"} <= set(case["expect_all"])
    for step, said in zip(case["steps"], ours, strict=True):
        if step.get("expect"):
            moves = {w for w in step["expect"] if w.startswith(("enter", "exit", "cross"))}
            assert said == moves or not moves
            assert standing_words(step["expect"]) <= said | {w.replace("exit", "outside") for w in said} | {
                w.replace("enter", "inside") for w in said
            }


def tile38_words(change: Change, terms: dict[str, Term]) -> Iterator[str]:
    """`enter:A`, `exit:A`; a fence without a name leaves the bare word."""
    name = next(n for n, t in terms.items() if t.condition == change.subject)
    verb = "enter" if change.edge is Edge.OPENED else "exit"
    if change.kind == "exclusion_crossed":
        verb = "cross"
    yield f"{verb}:{name}" if name else verb


def standing_words(expected: list[str]) -> set[str]:
    return {w for w in expected if w.startswith(("inside", "outside"))}


def test_roaming_distances() -> None:
    """Two moving people: no breach of this slice, but the metres agree."""
    (case,) = [c for c in CASES if c["id"] in ELSEWHERE]
    for step in case["expect"]:
        here, there = (LonLat(step[k], case["lat"]) for k in ("at_lon", "other_lon"))
        metres = distance_m(here, there)
        assert metres == pytest.approx(step["meters"], rel=0.005)
        assert (metres <= case["distance_m"]) is ("nearby" in step)


@pytest.mark.parametrize("case", HOME_ASSISTANT, ids=name_of)
@pytest.mark.parametrize("fixes_each", [1, 4])
def test_accuracy_and_zones(case: dict[str, Any], fixes_each: int) -> None:
    """We never contradict Home Assistant, but for its region events; with single fixes we say nothing."""
    terms = forbidden(
        {n: Shape(ShapeKind.CIRCLE, Point(*centre(z)), z["radius_m"]) for n, z in case["zones"].items()}
    )
    steps = [s.get("payload", s) for s in case["steps"]]
    places = [(s["lon"], s["lat"], float(s.get("acc", s.get("accuracy_m", 0)))) for s in steps]
    standing, contradicted = walk.fresh(PERSON), False
    for step, stay in zip(case["steps"], stays(places, fixes_each), strict=True):
        standing, _ = walk.walk(standing, stay, tuple(terms.values()), policies=POLICIES)
        ours = dict(zip(terms, map(verdict, standing.beliefs), strict=True))
        if "expect_zone" in step:
            contradicted |= contradicts(ours, step["expect_zone"])
    assert not contradicted or case["id"] in OF_A_REGION
    assert contradicted or fixes_each == 1 or case["id"] not in OF_A_REGION
    if len(case["steps"]) == 1 and fixes_each == 1:
        assert set(ours.values()) == {Verdict.UNSURE}


def centre(zone: dict[str, Any]) -> tuple[float, float]:
    return tuple(zone["center"]) if "center" in zone else (zone["lon"], zone["lat"])


def verdict(belief: Any) -> Verdict:
    return zones.verdict(belief, POLICY)


def contradicts(ours: dict[str, Verdict], zone: str | None) -> bool:
    if zone in ours:
        return ours[zone] is Verdict.OUT
    return Verdict.IN in ours.values()


@pytest.mark.parametrize("name", OF_A_TRIP)
def test_moves_of_trips(name: str) -> None:
    """The place left is a circle of Traccar's least trip around its first fix."""
    case, said = TRACCAR[name], OF_A_TRIP[name][0]
    kx, _ = metres_per_degree(0.0)
    far = "x_m" if "x_m" in case["steps"][0] else "total_distance_m"
    radius = case["params"].get("min_distance_m") or case["params"]["min_trip_distance_m"]
    home = a_term("inclusion", Shape(ShapeKind.CIRCLE, Point(0, 0), radius), since_us=0)
    fixes = [
        a_fix(lon=s[far] / kx, lat=0.0, sequence=i, taken_us=moment(s["t"]))
        for i, s in enumerate(case["steps"])
    ]
    assert words(of_zones(walk.walk(walk.fresh(PERSON), fixes, (home,), policies=POLICIES)[1])) == said


@pytest.mark.parametrize("name", sorted(OF_A_GAP))
def test_gaps(name: str) -> None:
    """Like Traccar: a gap is told once, and dated by the last thing known, not by when it was noticed."""
    case = TRACCAR[name]
    times = [moment(s["t"]) for s in case["steps"]]
    policy = replace(POLICY, silent_s=float(case["min_no_data_s"]), no_location_s=1e6)
    heard, changes = contact.Contact(PERSON, DEVICE, times[0], times[0]), list[Change]()
    for now in (*times[1:], times[-1] + 1):
        heard, found = contact.judge(heard, blind=(), now_us=now, policy=policy)
        changes += found
    assert words(changes) == "silent!"
    assert changes[0].evidence["last_us"] == times[0]


@pytest.mark.parametrize("name", sorted(OF_A_SPEED))
def test_a_state_must_last(name: str) -> None:
    """Overspeed is not ours; its rule is: held for the whole time, told once. Here for interference."""
    case = TRACCAR[name]
    limit, policy = (
        case["params"]["limit_kn"],
        replace(POLICY, jamming_s=float(case["params"]["min_duration_s"])),
    )
    standing, told = walk.fresh(PERSON), list[str]()
    for sequence, step in enumerate(case["steps"]):
        flags = Flag.JAMMING if step["speed_kn"] > limit else Flag(0)
        fix = flagged(a_fix(sequence=sequence, taken_us=moment(step["t"])), flags)
        standing, changes = walk.walk(standing, [fix], (), policies=Policies((policy,)))
        told.append(words(changes))
    assert told == ["", "", "jamming!", "", "jamming."]
    assert [bool(s["expect"]) for s in case["steps"]] == [False, False, True, False, False]


JUMPS = {"em-jump-case1": [(15, 16, 17), (20, 21, 22)], "em-jump-case2": []}


@pytest.mark.parametrize("case", suite("outlier_jumps.json"), ids=name_of)
def test_teleports(case: dict[str, Any]) -> None:
    """One wild fix opens nothing. Five in a row across the ocean are a jump there and a jump back; and twelve
    seconds of them do not yet make somebody leave the country."""
    fixes = [
        a_fix(lon=p["lon"], lat=p["lat"], accuracy=p["accuracy_m"], sequence=i, taken_us=moment(p["ts"]))
        for i, p in enumerate(case["points"])
    ]
    near = Shape(ShapeKind.CIRCLE, Point(case["points"][0]["lon"], case["points"][0]["lat"]), 50_000.0)
    standing, changes = walk.walk(
        walk.fresh(PERSON), fixes, (a_term("boundary", near, since_us=0),), policies=POLICIES
    )
    assert words(changes) == " ".join(["jump! jump."] * len(JUMPS[case["id"]]))
    told = [tuple(f["sequence"] for f in c.evidence["fixes"]) for c in changes[::2]]
    assert told == JUMPS[case["id"]]
    outliers = case["expected_outlier_index"]
    assert not told or (told[0][1] == outliers[0] and told[1][0] == outliers[-1])
    assert verdict(standing.beliefs[0]) is Verdict.IN


def test_every_recorded_teleport_is_read_without_a_fault() -> None:
    for trace, rows in traces("emission_jumps.csv.gz").items():
        standing: Standing = walk.fresh(PERSON)
        fixes = [
            a_fix(
                lon=float(r["lon"]),
                lat=float(r["lat"]),
                accuracy=float(r["accuracy_m"] or 0),
                sequence=i,
                taken_us=moment(r["ts"]),
            )
            for i, r in enumerate(rows)
        ]
        standing, _ = walk.walk(standing, fixes, (), policies=POLICIES)
        assert standing.last is not None, trace
