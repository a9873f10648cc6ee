"""One connection: whatever way the bytes are cut, the same is heard; and a real broker understands us."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from app.private.broker import Broker
from simulators.crowd import packets
from simulators.crowd.line import Line
from simulators.crowd.lines import Lines
from tracking.links import packets as mqtt

DOWN = mqtt.publish("em/v1/SIM-00001/down", b'{"v":1,"kind":"ack","ack":1,"last":1}', 0)
LONG = mqtt.publish("em/v1/SIM-00002/down", b"x" * 300, 7)
PUBACK = mqtt.acknowledge([5])


class Wire:
    """What a line writes."""

    def __init__(self) -> None:
        self.written = b""
        self.is_aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def abort(self) -> None:
        self.is_aborted = True


class Notes:
    """What a line tells."""

    def __init__(self) -> None:
        self.heard_: list[tuple[bytes, bytes]] = []
        self.risen = 0
        self.samples: list[float] = []
        self.chokes: list[bool] = []

    def rose(self, _: Line) -> None:
        self.risen += 1

    def fell(self, _: Line) -> None:
        self.risen -= 1

    def choked(self, _: Line, *, is_choked: bool) -> None:
        self.chokes.append(is_choked)

    def heard(self, topic: bytes, payload: bytes) -> None:
        self.heard_.append((topic, payload))

    def answered(self, seconds: float) -> None:
        self.samples.append(seconds)


def a_line(topics: int = 1) -> tuple[Line, Wire, Notes]:
    notes, wire = Notes(), Wire()
    line = Line(3, connect=b"hello", topics=lambda _: [f"t/{i}" for i in range(topics)], owner=notes)
    line.connection_made(wire)  # type: ignore[arg-type]
    return line, wire, notes


@given(st.lists(st.sampled_from([DOWN, LONG, PUBACK, PUBACK]), max_size=6), st.lists(st.integers(1, 60)))
def test_packets_may_be_cut_anywhere(sent: list[bytes], cuts: list[int]) -> None:
    line, wire, notes = a_line()
    raw = b"".join(sent)
    for size in (*cuts, len(raw)):
        line.data_received(raw[:size])
        raw = raw[size:]
    assert not raw
    assert line.pubacked == sent.count(PUBACK)
    assert [topic for topic, _ in notes.heard_] == [
        b"em/v1/SIM-00001/down" if p is DOWN else b"em/v1/SIM-00002/down" for p in sent if p is not PUBACK
    ]
    assert wire.written == b"hello" + mqtt.acknowledge([7]) * sent.count(LONG)


def test_a_line_is_up_when_every_subscription_is_granted() -> None:
    line, wire, notes = a_line(topics=packets.MOST_TOPICS + 1)
    line.data_received(b"\x20\x02\0\0")
    assert wire.written.count(b"t/") == packets.MOST_TOPICS + 1
    line.data_received(b"\x90\x03\0\1\1")
    assert not line.is_up
    line.data_received(b"\x90\x03\0\2\1")
    assert line.is_up
    assert notes.risen == 1


def test_who_is_refused_hangs_up() -> None:
    line, wire, _ = a_line()
    line.data_received(b"\x20\x02\0\5")
    assert wire.is_aborted
    assert not line.is_up


def test_a_broker_that_answers_late_is_given_no_more() -> None:
    line, _, notes = a_line()
    line.publish(b"", 20_001)
    assert notes.chokes == [True]
    line.data_received(PUBACK)
    assert notes.chokes == [True, False]


def test_only_the_answer_to_what_was_timed_counts() -> None:
    line, _, notes = a_line()
    line.publish(b"", 2)
    line.time()
    line.data_received(PUBACK)
    assert not notes.samples
    line.data_received(PUBACK)
    assert len(notes.samples) == 1


async def until(what: object) -> None:
    async with asyncio.timeout(60):
        while not what():  # type: ignore[operator]  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def test_lines_rise_again_after_a_storm_and_are_heard(broker: Broker) -> None:
    answers: list[tuple[bytes, bytes]] = []
    worker = Lines(broker.url("ingest"), 1, devices=1, hear=lambda d, p: answers.append((d, p)), seed=1)
    worker.lines[0].topics = lambda _: ["em/v1/+/up", "em/v1/+/past"]
    crowd = Lines(broker.url("gateway"), 8, devices=20, hear=lambda d, p: answers.append((d, p)), seed=1)
    await asyncio.gather(worker.raise_all(), crowd.raise_all())
    assert crowd.storm(0.5) == 4
    await until(lambda: crowd.falls == 4)
    assert crowd.usable.sum() == 4
    await until(lambda: crowd.up() == 8)
    assert sorted(crowd.risen[-4:]) == sorted(set(crowd.risen[8:]))
    for number, line in enumerate(crowd.lines):
        line.time()
        line.publish(mqtt.publish(f"em/v1/SIM-{number + 9:05}/up", b"{}", 1), 1)
    await until(lambda: len(answers) == 8 and all(line.pubacked == 1 for line in crowd.lines))
    answers.clear()
    for who in (0, 8, 19):
        worker.lines[0].publish(mqtt.publish(f"em/v1/SIM-{who + 1:05}/down", b"yes", 0), 0)
    await until(lambda: len(answers) == 3)
    assert sorted(answers) == [
        (b"em/v1/SIM-00001/down", b"yes"),
        (b"em/v1/SIM-00009/down", b"yes"),
        (b"em/v1/SIM-00020/down", b"yes"),
    ]
    await asyncio.gather(worker.close(), crowd.close())
    assert crowd.falls == 4
