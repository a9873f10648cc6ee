"""Where the crowd is: where the same people would be in a play, and never where they must not be."""

import numpy as np
import pytest

from core.times import from_us
from geofence.model import ConditionKind
from inmates.model import OrderKind
from simulators import days, truth, world
from simulators.crowd import lives, making
from simulators.crowd.lives import Lives
from simulators.days import Habit
from simulators.plane import degrees

PEOPLE, SEED = 150, 7
HOUR_US = 3600 * 1_000_000
SINCE = 1_795_000_000 * 1_000_000
UNTIL = SINCE + 26 * HOUR_US
MINUTES = np.arange(SINCE, UNTIL, 60 * 1_000_000)


@pytest.fixture(scope="module")
def crowd() -> Lives:
    return making.make(PEOPLE, SEED, since_us=SINCE, until_us=UNTIL, told=lambda _: None)


@pytest.fixture(scope="module")
def city() -> world.World:
    return world.world(PEOPLE, SEED, from_us(SINCE))


def lives_its_day(resident: world.Resident) -> bool:
    bound = resident.order.kind is OrderKind.ADMINISTRATIVE_SUPERVISION and resident.habit is Habit.WORKER
    return bound or resident.person.id % making.LIVES_ITS_DAY == 0


def test_whoever_lives_the_day_is_where_the_play_has_them(crowd: Lives, city: world.World) -> None:
    movers = [r for r in city.residents if lives_its_day(r)]
    assert len(movers) > PEOPLE / 6
    for resident in movers:
        x, y, sky = days.where(resident.day, resident.person.id, MINUTES)
        place = crowd.where(np.full(len(MINUTES), resident.person.id - 1), MINUTES)
        assert np.hypot(place.x - x, place.y - y).max() < 0.2  # seconds and metres are single precision
        assert (place.sky == sky).mean() > 0.999


def test_the_others_stay_at_home(crowd: Lives, city: world.World) -> None:
    for resident in (r for r in city.residents if not lives_its_day(r)):
        place = crowd.where(np.full(len(MINUTES), resident.person.id - 1), MINUTES)
        assert np.hypot(place.x - resident.day.home.x, place.y - resident.day.home.y).max() < 0.01
        assert not place.speed_mps.any()


def test_nobody_breaks_a_condition_in_a_day(crowd: Lives, city: world.World) -> None:
    for resident in city.residents:
        place = crowd.where(np.full(len(MINUTES), resident.person.id - 1), MINUTES)
        lon, lat = degrees(place.x, place.y)
        for term in resident.terms:
            beyond = truth.beyond_m(term.shape, lon, lat)
            wrong = beyond <= 0 if term.kind is ConditionKind.EXCLUSION else beyond > 0
            assert not (wrong & truth.in_force(term, MINUTES)).any()


def test_whoever_leaves_goes_the_new_way_alone() -> None:
    crowd = making.make(3, SEED, since_us=SINCE, until_us=UNTIL, told=lambda _: None)
    before = crowd.where(np.array([0, 2]), np.array([SINCE, SINCE]))
    crowd.leave(1, lives.of_walk([(0.0, 10.0, 20.0), (100.0, 110.0, 20.0)], begins_s=60.0))
    moments = SINCE + np.array([0, 60, 110, 160, 3000]) * 1_000_000
    place = crowd.where(np.full(5, 1), moments)
    assert place.x.tolist() == [10.0, 10.0, 60.0, 110.0, 110.0]
    assert place.speed_mps.tolist() == pytest.approx([0.0, 1.0, 1.0, 0.0, 0.0])
    after = crowd.where(np.array([0, 2]), np.array([SINCE, SINCE]))
    assert before.x.tolist() == after.x.tolist()


def test_several_processes_make_what_one_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = making.make(40, SEED, since_us=SINCE, until_us=UNTIL, told=lambda _: None)
    monkeypatch.setattr(making, "PART", 15)
    told: list[int] = []
    many = making.make(40, SEED, since_us=SINCE, until_us=UNTIL, told=told.append)
    assert told[-1] >= 40
    assert np.array_equal(alone.ends, many.ends)
    assert np.array_equal(alone.ways.x, many.ways.x)
