"""What devices report follows from where people are and from the scenes they are in."""

from datetime import UTC, datetime

import numpy as np
import pytest

from simulators import world
from simulators.errors import PERFECT
from simulators.fleet import FLAT_PERCENT, Due, Fleet
from simulators.plane import degrees
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US, Scene, SceneKind
from simulators.world import Resident
from tracking.model import DeviceEvent, EventKind, Fix, Flag, Report

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * SECOND_US
LASTS_S = 120
WHO = 3


@pytest.fixture(scope="module")
def residents() -> tuple[Resident, ...]:
    return world.world(8, 1, NOW).residents


def made(residents: tuple[Resident, ...], *scenes: Scene, interval_s: float = 2.0) -> list[Due]:
    fleet = Fleet(residents, Plan(scenes, PERFECT), interval_s=interval_s, seed=5)
    return list(fleet.dues(NOW_US, NOW_US + LASTS_S * SECOND_US))


def scene(kind: SceneKind, since_s: int = 30, until_s: int = 90) -> Scene:
    return Scene(WHO, kind, NOW_US + since_s * SECOND_US, NOW_US + until_s * SECOND_US)


def reports(dues: list[Due], who: int = WHO) -> list[tuple[float, Report]]:
    """(second, report) of one device."""
    return [((d.at_us - NOW_US) / SECOND_US, d.make(n)) for n, d in enumerate(dues, 1) if d.who == who]


def during(told: list[tuple[float, Report]]) -> list[Report]:
    return [r for at, r in told if 30 <= at < 90]


def test_everybody_reports_at_the_interval_in_order(residents: tuple[Resident, ...]) -> None:
    dues = made(residents)
    assert len(dues) == 8 * LASTS_S / 2
    assert [d.at_us for d in dues] == sorted(d.at_us for d in dues)
    gaps = np.diff([at for at, _ in reports(dues)])
    assert np.allclose(gaps, 2.0)


def test_the_same_seed_reports_the_same(residents: tuple[Resident, ...]) -> None:
    assert reports(made(residents)) == reports(made(residents))


def test_a_perfect_receiver_says_where_the_person_is(residents: tuple[Resident, ...]) -> None:
    fleet = Fleet(residents, Plan((), PERFECT), interval_s=2.0, seed=5)
    for due in fleet.chunk(NOW_US):
        fix = due.make(1)
        assert isinstance(fix, Fix)
        x, y, _ = fleet.ways.where(due.who, np.array([due.at_us], dtype=np.int64))
        assert (fix.lon, fix.lat) == tuple(float(c[0].round(7)) for c in degrees(x, y))


def test_a_jammer_leaves_its_beginning_its_end_and_heartbeats(residents: tuple[Resident, ...]) -> None:
    told = during(reports(made(residents, scene(SceneKind.JAM))))
    assert not [r for r in told if isinstance(r, Fix)]
    kinds = [r.kind for r in told if isinstance(r, DeviceEvent)]
    assert kinds[0] is EventKind.JAMMING
    assert set(kinds[1:]) <= {EventKind.HEARTBEAT}


def test_a_silent_device_says_nothing(residents: tuple[Resident, ...]) -> None:
    assert not during(reports(made(residents, scene(SceneKind.SILENT))))


def test_a_device_without_network_still_takes_its_fixes(residents: tuple[Resident, ...]) -> None:
    fleet = Fleet(residents, Plan((scene(SceneKind.OFFLINE),), PERFECT), interval_s=2.0, seed=5)
    dues = list(fleet.dues(NOW_US, NOW_US + LASTS_S * SECOND_US))
    assert len(during(reports(dues))) == 30
    assert fleet.away() == {WHO: [(NOW_US + 30 * SECOND_US, NOW_US + 90 * SECOND_US)]}


def test_an_open_strap_shows_in_events_and_flags(residents: tuple[Resident, ...]) -> None:
    told = reports(made(residents, scene(SceneKind.STRAP)))
    events = [(at, r.kind) for at, r in told if isinstance(r, DeviceEvent)]
    assert events == [(30.0, EventKind.STRAP_OPEN), (90.0, EventKind.STRAP_CLOSED)]
    for at, report in told:
        if isinstance(report, Fix):
            assert bool(report.flags & Flag.STRAP_OPEN) is (30 <= at < 90)


def test_a_flat_battery_shows_in_events_and_levels(residents: tuple[Resident, ...]) -> None:
    told = during(reports(made(residents, scene(SceneKind.BATTERY))))
    assert isinstance(told[0], DeviceEvent)
    assert told[0].value == FLAT_PERCENT
    assert all(r.battery == FLAT_PERCENT for r in told[1:] if isinstance(r, Fix))


def test_a_leap_is_farther_than_anybody_can_go(residents: tuple[Resident, ...]) -> None:
    leapt, stayed = (
        {r.taken_us: r for _, r in reports(made(residents, *scenes)) if isinstance(r, Fix)}
        for scenes in ((scene(SceneKind.LEAP),), ())
    )
    assert any(abs(leapt[at].lon - stayed[at].lon) > 0.05 for at in stayed)


def test_long_intervals_know_their_speed(residents: tuple[Resident, ...]) -> None:
    fixes = [r for _, r in reports(made(residents, interval_s=30.0)) if isinstance(r, Fix)]
    assert len(fixes) == LASTS_S / 30
    assert all(f.speed_mps is None or f.speed_mps < 12 for f in fixes)
