"""What the crowd says is what the protocol says: read by the platform's own decoder, to the last digit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import DeviceId
from simulators.crowd import payloads
from simulators.crowd.devices import SCALE, Reports
from simulators.crowd.lives import I8
from tracking import wire
from tracking.directory import Device, Directory
from tracking.links import packets as mqtt
from tracking.model import UP, Flag, Message

NOW = 1_795_000_000 * 1_000_000


def a_whole(low: int, high: int) -> st.SearchStrategy[int]:
    return st.one_of(st.sampled_from([low, high]), st.integers(low, high))


@st.composite
def reports(draw: st.DrawFn, many: int) -> Reports:
    def column(low: int, high: int) -> I8:
        return np.array([draw(a_whole(low, high)) for _ in range(many)], np.int64)

    return Reports(
        taken_us=NOW - column(0, 86_400_000_000),
        lon_e7=column(0, 180 * SCALE),
        lat_e7=column(0, 90 * SCALE),
        accuracy_dm=column(1, 9999),
        speed_dmps=column(0, 999),
        course_deg=column(0, 359),
        satellites=column(0, 99),
        hdop_tenths=column(0, 999),
        battery=column(0, 100),
        moves=column(0, 1).astype(np.bool_),
    )


def decoded(frames: payloads.Bytes, who: I8) -> wire.Decoded:
    """Through the packets of MQTT and the platform's decoder."""
    messages: list[Message] = []
    raw = frames.tobytes()
    assert mqtt.read(raw, NOW, messages, [], []) == len(raw)
    known = [Device(DeviceId(int(w) + 1), payloads.serial(int(w)), "ejazo") for w in who]
    return wire.decode(messages, Directory.of(known, []))


@pytest.mark.parametrize("name", payloads.ENCODINGS)
@pytest.mark.parametrize("many", [1, 4])
@given(data=st.data())
def test_every_field_arrives_exactly(name: str, many: int, data: st.DataObject) -> None:
    sent = data.draw(reports(2 * many))
    sequence = np.array([[data.draw(a_whole(1, 2**32 - 1)) for _ in range(many)] for _ in range(2)])
    oldest = data.draw(st.none() | st.just(np.array([1, 4_000_000_000])))
    who, sent_us = np.array([0, 41]), np.array([NOW - 7, NOW])
    rows = payloads.ENCODINGS[name](sent, sequence, sent_us, oldest)
    got = decoded(payloads.frames(who, np.array([1, 65_535]), rows), who)
    assert not got.rejected
    assert [h.oldest for h in got.holdings] == ([] if oldest is None else oldest.tolist())
    fixes = got.fixes
    assert fixes.device.tolist() == np.repeat(who + 1, many).tolist()
    assert fixes.sequence.tolist() == sequence.ravel().tolist()
    assert fixes.taken_us.tolist() == sent.taken_us.tolist()
    assert fixes.sent_us.tolist() == np.repeat(sent_us, many).tolist()
    assert (fixes.lon == sent.lon_e7 / SCALE).all()
    assert (fixes.lat == sent.lat_e7 / SCALE).all()
    assert fixes.accuracy_m.tolist() == (sent.accuracy_dm / 10).astype(np.float32).tolist()
    assert fixes.speed_mps.tolist() == (sent.speed_dmps / 10).astype(np.float32).tolist()
    assert fixes.course_deg.tolist() == sent.course_deg.tolist()
    assert fixes.hdop.tolist() == (sent.hdop_tenths / 10).astype(np.float32).tolist()
    assert fixes.satellites.tolist() == sent.satellites.tolist()
    assert fixes.battery.tolist() == sent.battery.tolist()
    assert fixes.flags.tolist() == (sent.moves * Flag.MOTION.value).tolist()


@pytest.mark.parametrize("who", [[0, 99_998], [99_999, 254_999]])
def test_frames_carry_their_own_topics_and_numbers(who: list[int]) -> None:
    packets = np.array([1, 65_535])
    frames = payloads.frames(np.array(who), packets, payloads.asking(2))
    messages: list[Message] = []
    numbers: list[int] = []
    mqtt.read(frames.tobytes(), NOW, messages, numbers, [])
    assert [m.topic for m in messages] == [UP.format(payloads.serial(w)) for w in who]
    assert numbers == packets.tolist()
    assert decoded(frames, np.array(who)).spoke.tolist() == [w + 1 for w in who]


@given(
    st.integers(1, 16).flatmap(
        lambda width: st.tuples(st.just(width), st.lists(a_whole(0, 10**width - 1), min_size=1))
    )
)
def test_numbers_stand_at_the_right_padded_or_full(drawn: tuple[int, list[int]]) -> None:
    width, values = drawn
    cells = np.zeros((len(values), width), np.uint8)
    payloads.whole(cells, np.array(values))
    assert [row.tobytes().decode() for row in cells] == [f"{v:{width}}" for v in values]
    payloads.whole(cells, np.array(values), is_padded=False)
    assert [row.tobytes().decode() for row in cells] == [f"{v:0{width}}" for v in values]
