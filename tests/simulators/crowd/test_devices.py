"""When devices report and what: on time, each in turn, the same however often it is asked for."""

import numpy as np
import pytest

from core.times import from_us
from geofence.model import ConditionKind
from simulators import truth, world
from simulators.crowd import breaking, lives, making, pool, sums
from simulators.crowd.breaking import Broken
from simulators.crowd.devices import SCALE, Devices, Schedule
from simulators.errors import RADIUS_68
from simulators.plane import METRES_EAST, METRES_NORTH, degrees

S = 1_000_000
BEGINS = 1_795_000_000 * S
PEOPLE, SEED, LASTS_S, INTERVAL_S = 200, 3, 1200, 15.0
ENDS = BEGINS + LASTS_S * S


def devices(batch: int = 1, people: int = PEOPLE, clock_error_s: float = 0.0) -> Devices:
    ways = making.make(people, SEED, since_us=BEGINS, until_us=ENDS, told=lambda _: None)
    return Devices(
        ways,
        pool.pool(INTERVAL_S, SEED),
        begins_us=BEGINS,
        interval_s=INTERVAL_S,
        batch=batch,
        clock_error_s=clock_error_s,
    )


@pytest.mark.parametrize("batch", [1, 4])
def test_every_device_is_due_once_a_period_in_the_order_of_time(batch: int) -> None:
    d = devices(batch)
    schedule, seen, now = Schedule(d, ENDS), [], BEGINS
    while not schedule.is_over():
        now += 700_000
        for who, number in schedule.take(now, most=60):
            due = d.due_us(who, np.full(len(who), number * batch))
            assert (np.diff(due) >= 0).all()
            assert (due <= now).all()
            seen += [(number, w) for w in who.tolist()]
    periods = round(LASTS_S / INTERVAL_S / batch)
    assert sorted(seen) == [(number, w) for number in range(periods) for w in range(PEOPLE)]


def test_a_schedule_that_is_late_says_so() -> None:
    d = devices()
    schedule = Schedule(d, ENDS)
    assert schedule.scene_us(BEGINS) <= BEGINS
    late = BEGINS + 100 * S
    assert sum(len(who) for who, _ in schedule.take(late, most=PEOPLE)) == PEOPLE
    assert 84 * S < late - schedule.scene_us(late) < 86 * S


@pytest.mark.parametrize("batch", [1, 4])
def test_fixes_follow_each_other_at_the_interval_and_none_is_ahead_of_its_message(batch: int) -> None:
    d = devices(batch)
    steps = np.arange(12)
    for who in range(5):
        mine = np.full(12, who)
        taken = d.reports(mine, steps).taken_us
        assert set(np.diff(taken)) == {int(INTERVAL_S * S)}
        assert (taken <= d.due_us(mine, steps)).all()
        last_of_message = steps % batch == batch - 1
        assert (taken == d.due_us(mine, steps))[last_of_message].all()


def test_a_report_is_always_the_same() -> None:
    d = devices(clock_error_s=2.0)
    who, step = np.array([3, 7, 3]), np.array([5, 0, 5])
    one, other = d.reports(who, step), d.reports(who[::-1], step[::-1])
    for name in ("taken_us", "lon_e7", "lat_e7", "accuracy_dm", "battery"):
        assert getattr(one, name).tolist() == getattr(other, name)[::-1].tolist()


def test_errors_are_what_the_receiver_says() -> None:
    d = devices()
    who, step = (c.ravel() for c in np.meshgrid(np.arange(PEOPLE), np.arange(60)))
    r = d.reports(who, step)
    place = d.lives.where(who, r.taken_us)
    lon, lat = degrees(place.x, place.y)
    error = np.hypot((r.lon_e7 / SCALE - lon) * METRES_EAST, (r.lat_e7 / SCALE - lat) * METRES_NORTH)
    assert 0.6 < (error <= r.accuracy_dm / 10).mean() < 0.7
    assert error.max() < 6 * RADIUS_68 * 12


def plan(share: float = 0.1) -> Broken:
    day = from_us(BEGINS).date()
    return breaking.plan(PEOPLE, SEED, share, begins_us=BEGINS, ends_us=ENDS, today=day)


def test_the_planned_ones_break_what_binds_them_and_their_reports_show_it() -> None:
    d, broken = devices(), plan()
    city = world.world(PEOPLE, SEED, from_us(BEGINS))
    for scene in broken.scenes:
        d.lives.leave(scene.who, lives.of_walk(scene.walk, begins_s=0.0))
    assert len(broken.who) == PEOPLE * 0.1
    clear = [t for t in broken.truths if t.clear_s >= 150]
    assert {t.person for t in clear} == {city.residents[who].person.number for who in broken.who}
    for t in clear:
        who = int(t.person.removeprefix("DEMO-")) - 1
        term = city.residents[who].terms[t.condition - 1]
        steps = np.arange(LASTS_S // 15)
        r = d.reports(np.full(len(steps), who), steps)
        outside = truth.beyond_m(term.shape, r.lon_e7 / SCALE, r.lat_e7 / SCALE)
        wrong = outside <= 0 if term.kind is ConditionKind.EXCLUSION else outside > 0
        middle = abs(r.taken_us - (t.begins_us + t.ends_us) / 2) < 60 * S
        assert wrong[middle].all()
        assert not wrong[(r.taken_us < t.begins_us - 120 * S) | (r.taken_us > t.ends_us + 120 * S)].any()


def test_a_sum_shows_any_change() -> None:
    sequence, taken, lon, lat = (
        np.array(c) for c in ([1, 2], [BEGINS, BEGINS + 1], [692_401_000] * 2, [413_111_000] * 2)
    )
    said = int(sums.of_reports(sequence, taken, lon, lat).sum())
    swapped = int(sums.of_reports(sequence, taken[::-1], lon, lat).sum())
    moved = int(sums.of_reports(sequence, taken, lon + np.array([1, 0]), lat).sum())
    traded = int(sums.of_reports(sequence, taken, lon + np.array([1, 0]), lat - np.array([1, 0])).sum())
    assert len({said, swapped, moved, traded}) == 4
