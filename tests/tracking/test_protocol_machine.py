"""The whole protocol as a machine: real devices, the real reader, marks, checkpoints and answers, and between
them a broker and a database that may fail at any moment.

However messages are lost, doubled, delayed and overtaken, and whatever dies when: no report is stored twice,
no device forgets what is not safe, and once the failures end everything is stored. (A full memory, which may
lose its oldest, is tested with the device.)"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.model import DeviceId, PersonId
from simulators.device import RESEND_AFTER_US, Device
from tracking import rules, wire
from tracking.answers import Answers
from tracking.directory import Device as Known
from tracking.directory import Directory, Wearing
from tracking.hearing import Heard, hear
from tracking.marks import Marks
from tracking.model import UP, Fix, Mark, Message
from tracking.wire import Decoded, down, json

SECOND_US = 1_000_000
BEGINS_US = 1_794_000_000 * SECOND_US
SERIALS = ("EM-1", "EM-2")
DIRECTORY = Directory.of(
    [Known(DeviceId(n), serial, "ejazo") for n, serial in enumerate(SERIALS, 1)],
    [Wearing(DeviceId(n), PersonId(n), 0) for n, _ in enumerate(SERIALS, 1)],
)


@dataclass
class Database:
    """What is committed. Reports whose number is answered without being stored are saved with the marks."""

    rows: list[tuple[int, int, int]] = field(default_factory=list)
    """Device, number, when it was received."""
    marks: dict[DeviceId, Mark] = field(default_factory=dict)
    as_of_us: int = 0

    def commit(self, decoded: Decoded, heard: Heard) -> None:
        fixes = decoded.fixes.take(heard.fix_is_new)
        self.rows += zip(
            fixes.device.tolist(), fixes.sequence.tolist(), fixes.received_us.tolist(), strict=True
        )
        self.marks |= {device: heard.news.others[device] for device, _ in heard.lost}

    def recovered(self) -> Marks:
        """The checkpoints, rolled forward over what was received since."""
        found = dict(self.marks)
        for device, number, at_us in self.rows:
            if at_us >= self.as_of_us:
                known = DeviceId(device)
                found[known], _ = rules.heard(found.get(known, Mark()), [number], at_us=at_us)
        return Marks.of(found)


class Worker:
    """What `app.ingest` does with a batch, in its order; it may die between any two steps."""

    def __init__(self, database: Database) -> None:
        self.database, self.marks, self.answers = database, database.recovered(), Answers(every_us=0)

    def work(self, batch: list[Message], *, dies: str) -> list[tuple[str, bytes]]:
        decoded = wire.decode(batch, DIRECTORY)
        heard = hear(decoded, self.marks)
        if dies == "before the commit":
            return []
        self.database.commit(decoded, heard)
        if dies == "after the commit":
            return []
        self.marks.take(heard.news)
        self.answers.owe(decoded.spoke)
        due = self.answers.due(self.marks, now_us=batch[-1].received_us)
        return [(DIRECTORY.serials[device], down.encode(answer)) for device, answer in due]

    def checkpoint(self, which: list[DeviceId], now_us: int) -> None:
        """All of them in one round, or some of them in the middle of one."""
        self.database.marks |= {d: mark for d, mark in self.marks.items() if d in which}
        if len(which) == len(SERIALS):
            self.database.as_of_us = now_us


class Protocol(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.devices = {serial: Device(serial) for serial in SERIALS}
        self.database = Database()
        self.worker = Worker(self.database)
        self.up: list[tuple[str, bytes]] = []
        self.down: list[tuple[str, bytes]] = []
        self.delivered: list[tuple[str, bytes]] = []
        self.taken: dict[str, list[int]] = {serial: [] for serial in SERIALS}
        self.now_us = BEGINS_US

    @rule(serial=st.sampled_from(SERIALS), many=st.integers(1, 4))
    def measure(self, serial: str, many: int) -> None:
        for _ in range(many):
            self.now_us += 1
            device, at_us = DeviceId(SERIALS.index(serial) + 1), self.now_us
            report = self.devices[serial].take(
                lambda n, device=device, at_us=at_us: Fix(device, n, PersonId(0), at_us, 0, 69.2, 41.3)
            )
            self.taken[serial].append(report.sequence)

    @rule(serial=st.sampled_from(SERIALS), most=st.integers(1, 4))
    def send(self, serial: str, most: int) -> None:
        message = self.devices[serial].outgoing(self.now_us, most=most)
        if message is not None:
            self.up.append((serial, json.encode(message.reports, oldest=message.oldest)))

    @rule(size=st.integers(1, 4), dies=st.sampled_from(["", "", "", "before the commit", "after the commit"]))
    def deliver(self, size: int, dies: str) -> None:
        """A batch. What a dead worker did not acknowledge the broker brings again."""
        if not self.up:
            return
        self.now_us += 1
        batch = [Message(UP.format(serial), payload, self.now_us) for serial, payload in self.up[:size]]
        self.down += self.worker.work(batch, dies=dies)
        if dies:
            self.worker = Worker(self.database)
        else:
            self.delivered += self.up[:size]
            del self.up[:size]

    @rule(which=st.sampled_from([[DeviceId(1)], [DeviceId(2)], [DeviceId(1), DeviceId(2)]]))
    def checkpoint(self, which: list[DeviceId]) -> None:
        self.now_us += 1
        self.worker.checkpoint(which, self.now_us)

    @rule(unheard=st.integers(0, 3))
    def worker_dies(self, unheard: int) -> None:
        """Some of its PUBACKs never reached the broker, which brings those messages again."""
        self.worker = Worker(self.database)
        self.up = self.delivered[len(self.delivered) - unheard :] + self.up

    @rule(at=st.integers(0, 9))
    def overtake(self, at: int) -> None:
        for way in (self.up, self.down):
            if way:
                way.append(way.pop(at % len(way)))

    @rule(at=st.integers(0, 9))
    def double(self, at: int) -> None:
        """Even long after it was delivered."""
        for way, known in ((self.up, self.up + self.delivered), (self.down, self.down)):
            if known:
                way.append(known[at % len(known)])

    @rule(at=st.integers(0, 9))
    def lose(self, at: int) -> None:
        """PUBACK or not: a broker may forget what it has."""
        for way in (self.up, self.down):
            if way:
                way.pop(at % len(way))

    @rule()
    def broker_dies(self) -> None:
        self.up, self.down = [], []

    @rule()
    def answers_arrive(self) -> None:
        for serial, payload in self.down:
            message = down.decode(payload)
            assert message is not None
            self.devices[serial].hear(message)
        self.down = []

    @rule()
    def time_passes(self) -> None:
        self.now_us += RESEND_AFTER_US + 1

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        names = [(device, number) for device, number, _ in self.database.rows]
        assert len(names) == len(set(names))

    @invariant()
    def nothing_is_forgotten_that_is_not_safe(self) -> None:
        stored = self.stored()
        for serial, device in self.devices.items():
            assert all((serial, n) in stored for n in self.taken[serial] if n <= device.acknowledged)

    def teardown(self) -> None:
        """The failures end: everything that devices hold arrives, and their memories are empty."""
        for _ in range(12):
            self.time_passes()
            for serial in SERIALS:
                while (message := self.devices[serial].outgoing(self.now_us)) is not None:
                    self.up.append((serial, json.encode(message.reports, oldest=message.oldest)))
            while self.up:
                self.deliver(4, "")
            self.answers_arrive()
        stored = self.stored()
        for serial, device in self.devices.items():
            assert device.held == 0
            assert all((serial, n) in stored for n in self.taken[serial])
        self.nothing_is_stored_twice()

    def stored(self) -> set[tuple[str, int]]:
        return {(SERIALS[device - 1], number) for device, number, _ in self.database.rows}


Protocol.TestCase.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)
TestProtocol = Protocol.TestCase
