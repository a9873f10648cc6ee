"""The memory of a device against a model platform over a bad link: nothing acknowledged is ever lost."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.model import DeviceId, PersonId
from simulators.device import RESEND_AFTER_US, Device, Outgoing
from tracking import rules
from tracking.model import Fix, Ranges, Report
from tracking.wire import down

FIRST = 5000


def a_report(sequence: int) -> Report:
    return Fix(DeviceId(1), sequence, PersonId(1), sequence * 1_000_000, 0, 69.2, 41.3)


def sequences(message: Outgoing | None) -> list[int]:
    return [r.sequence for r in message.reports] if message else []


class Platform:
    """Stores and answers as the contract says; what is not committed is gone after a crash."""

    def __init__(self) -> None:
        self.stored: Ranges = ()
        self.rows: list[int] = []

    def receive(self, message: Outgoing) -> down.Acknowledge:
        self.stored, new = rules.add_all(self.stored, sequences(message))
        self.rows += [n for n, is_new in zip(sequences(message), new, strict=True) if is_new]
        if message.oldest:
            self.stored, _ = rules.give_up(self.stored, oldest=message.oldest)
        return self.answer()

    def answer(self) -> down.Acknowledge:
        return down.Acknowledge(
            ack=rules.contiguous(self.stored), last=rules.highest(self.stored), resend=rules.gaps(self.stored)
        )


class Link(RuleBasedStateMachine):
    """Messages may be lost, doubled and overtaken in both directions; the platform may die at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.device = Device("SIM-00001", first=FIRST)
        self.platform = Platform()
        self.up: list[Outgoing] = []
        self.down: list[down.Acknowledge] = []
        self.now_us = RESEND_AFTER_US + 1
        self.taken: list[int] = []

    @rule(many=st.integers(1, 5))
    def take(self, many: int) -> None:
        self.taken += [self.device.take(a_report).sequence for _ in range(many)]

    @rule(most=st.integers(1, 4))
    def send(self, most: int) -> None:
        message = self.device.outgoing(self.now_us, most=most)
        self.up += [message] if message else []

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        """Any of the messages under way, perhaps once more later."""
        if self.up:
            at = data.draw(st.integers(0, len(self.up) - 1))
            message = self.up[at] if data.draw(st.booleans()) else self.up.pop(at)
            self.down.append(self.platform.receive(message))

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if self.down:
            at = data.draw(st.integers(0, len(self.down) - 1))
            self.device.hear(self.down[at] if data.draw(st.booleans()) else self.down.pop(at))

    @rule()
    def lose_everything_under_way(self) -> None:
        self.up.clear()
        self.down.clear()

    @rule()
    def crash_before_the_commit(self) -> None:
        """The platform worked on everything under way, and none of it was committed."""
        stored, rows = self.platform.stored, list(self.platform.rows)
        for message in self.up:
            self.platform.receive(message)
        self.platform.stored, self.platform.rows = stored, rows
        self.up.clear()

    @rule()
    def wait(self) -> None:
        self.now_us += RESEND_AFTER_US + 1

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        acknowledged = {n for n in self.taken if n <= self.device.acknowledged}
        assert acknowledged <= set(self.platform.rows)

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        assert len(self.platform.rows) == len(set(self.platform.rows))

    def teardown(self) -> None:
        """On a good link everything arrives in the end, and the device knows it."""
        for _ in range(200):
            self.now_us += RESEND_AFTER_US // 2
            while message := self.device.outgoing(self.now_us):
                self.device.hear(self.platform.receive(message))
        assert sorted(self.platform.rows) == self.taken
        assert self.device.held == 0


Link.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLink = Link.TestCase


def test_a_full_memory_forgets_its_oldest_and_says_so() -> None:
    device, platform = Device("SIM-00001", most_held=3), Platform()
    for _ in range(5):
        device.take(a_report)
    message = device.outgoing(1)
    assert sequences(message) == [3, 4, 5]
    assert message is not None
    assert message.oldest == 3
    device.hear(platform.receive(message))
    assert device.acknowledged == 5
    assert device.held == 0


def test_a_named_gap_is_sent_again() -> None:
    device = Device("SIM-00001")
    for _ in range(5):
        device.take(a_report)
    device.outgoing(1)
    device.hear(down.Acknowledge(ack=1, last=5, resend=((2, 3),)))
    assert sequences(device.outgoing(2)) == [2, 3]


def test_an_acknowledgement_of_what_never_was_is_not_believed() -> None:
    device = Device("SIM-00001")
    device.take(a_report)
    device.hear(down.Acknowledge(ack=900, last=900))
    assert device.held == 1
    assert device.acknowledged == 0


def test_commands_wait_to_be_answered() -> None:
    device = Device("SIM-00001")
    device.hear(down.Vibrate(command=7))
    assert [c.command for c in device.commands] == [7]
