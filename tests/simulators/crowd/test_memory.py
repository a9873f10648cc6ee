"""The memory of many devices against a model platform over a bad link: nothing is lost, nothing made twice.

The same promises as in `test_device.py`, for the columns."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from simulators.crowd import making, pool
from simulators.crowd.devices import Devices, Schedule
from simulators.crowd.memory import MOST_PATIENT, REPEAT_US, Memory, Messages
from tracking import rules
from tracking.model import Ranges

DEVICES, BATCH, FIRST = 3, 2, 40
BEGINS = 1_795_000_000 * 1_000_000
INTERVAL_S = 15.0
SECOND = 1_000_000


def some_devices(batch: int = BATCH, people: int = DEVICES) -> Devices:
    ways = making.make(people, 1, since_us=BEGINS, until_us=BEGINS + 3600 * SECOND, told=lambda _: None)
    return Devices(ways, pool.pool(INTERVAL_S, 1), begins_us=BEGINS, interval_s=INTERVAL_S, batch=batch)


MADE = some_devices()
FIRST_NUMBER = 1
"""Of devices whose memory nobody told where to begin."""
NOBODY = np.full(DEVICES, -1)


class Link(RuleBasedStateMachine):
    """Devices take reports when they are due; messages may be lost or late, connections fall."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = Memory(MADE)
        self.memory.begin_after(NOBODY, NOBODY, unknown=FIRST)
        self.schedule = Schedule(MADE, BEGINS + 10**15)
        self.now = BEGINS
        self.up = np.ones(DEVICES, np.bool_)
        self.flying: list[tuple[int, int, int, int]] = []
        self.stored: list[Ranges] = [()] * DEVICES
        self.handed: list[set[int]] = [set() for _ in range(DEVICES)]

    def fly(self, messages: Messages) -> None:
        for who, step, count in zip(
            *(c.tolist() for c in (messages.who, messages.step, messages.count)), strict=True
        ):
            assert self.up[who]
            assert self.memory.acked[who] <= step
            assert step + count <= self.memory.taken[who]
            says = bool(self.memory.must_say_oldest(np.array([who]))[0])
            oldest = int(self.memory.oldest(np.array([who]))[0]) if says else 0
            self.handed[who] |= set(range(step, step + count))
            self.flying.append((who, step, count, oldest))

    @rule(seconds=st.integers(1, 40))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND
        for who, number in self.schedule.take(self.now, most=1000):
            step = np.full(len(who), number * BATCH)
            self.fly(self.memory.take(who, step, can_send=self.up[who]))
        self.memory.silent(self.now)
        waiting = self.memory.waiting()
        self.fly(self.memory.oldest_first(waiting[self.up[waiting]], now_us=self.now))

    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        if self.flying:
            at = data.draw(st.integers(0, len(self.flying) - 1))
            who, step, count, oldest = self.flying[at]
            if data.draw(st.booleans()):
                self.flying.pop(at)  # otherwise it comes twice
            numbers = range(FIRST + step, FIRST + step + count)
            self.stored[who], _ = rules.add_all(self.stored[who], numbers)
            if oldest:
                self.stored[who], _ = rules.give_up(self.stored[who], oldest=oldest)

    @rule(who=st.integers(0, DEVICES - 1), asks=st.booleans())
    def answer(self, who: int, asks: bool) -> None:
        if self.stored[who]:
            self.memory.acknowledge(np.array([who]), np.array([rules.contiguous(self.stored[who])]))
            if asks and self.up[who]:
                self.fly(self.memory.asked(who, rules.gaps(self.stored[who])))

    @rule(who=st.integers(0, DEVICES - 1))
    def fall(self, who: int) -> None:
        """With everything that was under way."""
        self.up[who] = False
        self.flying = [m for m in self.flying if m[0] != who]

    @rule(who=st.integers(0, DEVICES - 1))
    def rise(self, who: int) -> None:
        if not self.up[who]:
            self.up[who] = True
            self.memory.lost(np.array([who]), now_us=self.now)

    @rule(which=st.integers(0, 50))
    def lose(self, which: int) -> None:
        if which < len(self.flying):
            self.flying.pop(which)

    @invariant()
    def nothing_is_forgotten_that_is_not_stored(self) -> None:
        for who in range(DEVICES):
            acked = int(self.memory.acked[who])
            assert all(rules.holds(self.stored[who], FIRST + step) for step in range(acked))

    @invariant()
    def what_is_said_to_be_sent_was_sent(self) -> None:
        for who, through in enumerate(self.memory.through().tolist()):
            assert set(range(through)) <= self.handed[who]

    def teardown(self) -> None:
        """With a good link everything arrives and is acknowledged."""
        for who in range(DEVICES):
            self.rise(who)
        for _ in range(40):
            self.now += MOST_PATIENT * REPEAT_US + SECOND
            self.memory.silent(self.now)
            while len(waiting := self.memory.waiting()):
                self.fly(self.memory.oldest_first(waiting, now_us=self.now))
            for who, step, count, oldest in self.flying:
                numbers = range(FIRST + step, FIRST + step + count)
                self.stored[who], _ = rules.add_all(self.stored[who], numbers)
                if oldest:
                    self.stored[who], _ = rules.give_up(self.stored[who], oldest=oldest)
            self.flying.clear()
            for who in range(DEVICES):
                self.answer(who, asks=False)
        assert self.memory.held() == 0


TestMemory = Link.TestCase
TestMemory.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def steps(messages: Messages) -> list[tuple[int, int, int]]:
    return list(zip(*(c.tolist() for c in (messages.who, messages.step, messages.count)), strict=True))


def after(minutes: float, *, sends: bool, devices: Devices) -> Memory:
    memory = Memory(devices)
    for who, number in Schedule(devices, BEGINS + 10**12).take(
        BEGINS + int(minutes * 60 * SECOND), most=10**6
    ):
        memory.take(who, np.full(len(who), number * devices.batch), can_send=np.full(len(who), sends))
    return memory


def test_after_an_outage_the_newest_goes_first_and_then_memory_from_the_oldest_on() -> None:
    memory = after(10, sends=False, devices=some_devices(batch=1, people=1))
    memory.lost(np.array([0]), now_us=BEGINS + 600 * SECOND)
    sent = steps(memory.oldest_first(memory.waiting(), now_us=BEGINS))
    assert sent == [(0, 39, 1), (0, 0, 32)]
    assert not len(memory.waiting()), "one message of memory is on its way"
    memory.acknowledge(np.array([0]), np.array([FIRST_NUMBER + 31]))
    while len(who := memory.waiting()):
        sent += steps(memory.oldest_first(who, now_us=BEGINS))
    assert sent[2:] == [(0, 32, 4), (0, 36, 2), (0, 38, 1)]


def test_after_a_short_outage_everything_goes_in_order_and_what_is_new_after_it() -> None:
    memory = after(1, sends=True, devices=some_devices(batch=1, people=1))
    held, now = int(memory.taken[0]), BEGINS + 75 * SECOND
    memory.lost(np.array([0]), now_us=now)
    assert not steps(memory.take(np.array([0]), memory.taken.copy(), can_send=np.array([True])))
    sent = []
    while len(who := memory.waiting()):
        sent += steps(memory.oldest_first(who, now_us=now))
    assert [step + n for _, step, count in sent for n in range(count)] == list(range(held + 1))
    new = memory.take(np.array([0]), memory.taken.copy(), can_send=np.array([True]))
    assert steps(new) == [(0, held + 1, 1)]


def test_what_is_new_does_not_wait_for_what_must_wait_itself() -> None:
    memory = after(9, sends=False, devices=some_devices(batch=1, people=1))
    assert int(memory.taken[0]) == int(memory.high[0]) > 32
    assert steps(memory.take(np.array([0]), memory.taken.copy(), can_send=np.array([True]))), "of the past"


def test_who_empties_a_memory_is_not_told_what_is_in_it() -> None:
    devices = some_devices(batch=1, people=1)
    memory = Memory(devices)
    memory.come_back(Schedule(devices, BEGINS + 10**12).skip(BEGINS + 1800 * SECOND))
    memory.oldest_first(memory.waiting(), now_us=BEGINS)
    gap = ((FIRST_NUMBER, FIRST_NUMBER + 118),)
    assert not len(memory.asked(0, gap))
    while memory.low[0] < memory.high[0]:
        memory.acknowledge(np.array([0]), memory.first + memory.low - 1)
        memory.oldest_first(memory.waiting(), now_us=BEGINS)
    assert int(memory.asked(0, gap).count.sum()) == 119 - int(memory.acked[0])


def test_who_is_not_answered_repeats_after_a_minute_and_not_before() -> None:
    devices = some_devices(batch=1, people=1)
    memory = after(0.25, sends=True, devices=devices)
    due = int(devices.due_us(np.array([0]), np.array([0]))[0])
    memory.silent(due + REPEAT_US)
    assert not len(memory.waiting())
    memory.silent(due + REPEAT_US + 1)
    assert steps(memory.oldest_first(memory.waiting(), now_us=due + REPEAT_US + 1)) == [(0, 0, 1)]
    memory.silent(due + 2 * REPEAT_US)
    assert not len(memory.waiting())


def test_who_is_not_answered_waits_twice_as_long_each_time_until_there_is_an_answer() -> None:
    memory = after(0.25, sends=True, devices=some_devices(batch=1, people=1))
    now, waits = BEGINS + 15 * SECOND, []
    for _ in range(4):
        asked = now
        while not len(memory.waiting()):
            now += SECOND
            memory.silent(now)
        waits.append(round((now - asked) / REPEAT_US))
        memory.oldest_first(memory.waiting(), now_us=now)
    assert waits == [1, 2, 4, 4]
    memory.acknowledge(np.array([0]), np.array([FIRST_NUMBER]))
    memory.take(np.array([0]), memory.taken.copy(), can_send=np.array([True]))
    memory.silent(now + 2 * REPEAT_US)
    assert len(memory.waiting())


def test_an_acknowledgement_of_numbers_never_given_is_none() -> None:
    memory = after(1, sends=True, devices=some_devices(batch=1, people=1))
    memory.acknowledge(np.array([0]), np.array([1_000]))
    assert memory.held() == 4


def test_a_device_goes_on_where_the_platform_says_and_says_its_oldest_elsewhere() -> None:
    memory = Memory(some_devices(batch=1, people=2))
    memory.begin_after(np.array([17, -1]), np.array([17, -1]), unknown=900)
    assert memory.first.tolist() == [18, 900]
    assert memory.must_say_oldest(np.array([0, 1])).tolist() == [False, True]
    assert memory.oldest(np.array([1])).tolist() == [900]
