"""A simulated device carries each command out once, and nothing that is past its moment."""

from hypothesis import given
from hypothesis import strategies as st

from core import clock
from simulators import world
from simulators.device import SECOND_US, Device
from simulators.fleet import Fleet
from simulators.scenarios import Plan
from tracking.model import Fix
from tracking.wire import down

NOW = 1_794_000_000 * SECOND_US


def fixes(device: Device, *, seconds: int) -> list[int]:
    """At which seconds it takes one besides its usual ones."""
    return [n for n in range(seconds) if device.wants_fix(NOW + n * SECOND_US)]


def test_a_pursuit_is_a_fix_each_quarter_of_a_minute_and_ends() -> None:
    device = Device("SIM-00001")
    assert device.obey(down.Pursuit(command=7, seconds=15, lasts_s=60), NOW)
    assert fixes(device, seconds=300) == [0, 15, 30, 45]


def test_one_that_comes_twice_is_carried_out_once_and_answered_twice() -> None:
    device = Device("SIM-00001")
    asked = down.RequestFix(command=8)
    assert device.obey(asked, NOW)
    assert fixes(device, seconds=3) == [0]
    assert device.obey(asked, NOW + SECOND_US)
    assert fixes(device, seconds=3) == []


def test_the_next_pursuit_replaces_the_first_and_none_ends_it() -> None:
    device = Device("SIM-00001")
    device.obey(down.Pursuit(command=1, seconds=15, lasts_s=600), NOW)
    device.obey(down.Pursuit(command=2, seconds=30, lasts_s=60), NOW)
    assert fixes(device, seconds=100) == [0, 30]
    device.obey(down.Pursuit(command=3, seconds=15, lasts_s=600), NOW)
    device.obey(down.Pursuit(command=4, seconds=15, lasts_s=0), NOW)
    assert fixes(device, seconds=100) == []


def test_what_is_past_its_moment_is_neither_carried_out_nor_answered() -> None:
    device = Device("SIM-00001")
    assert not device.obey(down.RequestFix(command=9, until_us=NOW - 1), NOW)
    assert fixes(device, seconds=3) == []


@given(st.lists(st.sampled_from([1, 2, 3]), max_size=20))
def test_however_often_commands_come_each_is_done_once(numbers: list[int]) -> None:
    device = Device("SIM-00001")
    done = 0
    for number in numbers:
        assert device.obey(down.RequestFix(command=number), NOW)
        done += len(fixes(device, seconds=1))
    assert done == len(set(numbers)) == len(device.carried_out)


def test_a_fix_that_was_asked_for_lies_where_the_person_is() -> None:
    city = world.world(3, 1, clock.from_us(NOW))
    fleet = Fleet(city.residents, Plan(), interval_s=60, seed=1)
    report = fleet.at_once(1, NOW)(42)
    assert isinstance(report, Fix)
    assert (report.sequence, report.taken_us) == (42, NOW + int(fleet.clock_us[1]))
    usual = [due.make(1) for due in fleet.chunk(NOW) if due.who == 1]
    near = next(r for r in usual if isinstance(r, Fix))
    assert abs(report.lon - near.lon) + abs(report.lat - near.lat) < 0.02
