"""MQTT packets: what paho's own parser and a broker would say, however the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.links import packets
from tracking.model import Message

MESSAGES = st.lists(
    st.tuples(st.text(max_size=30), st.binary(max_size=400), st.integers(0, 0xFFFF)), max_size=12
)
OTHERS = [(packets.CONNACK, b"\x00\x00"), (packets.SUBACK, b"\x00\x01\x01")]


def take(chunks: list[bytes]) -> tuple[list[Message], list[int], list[packets.Other]]:
    messages, numbers, others, rest = list[Message](), list[int](), list[packets.Other](), b""
    for chunk in chunks:
        data = rest + chunk
        rest = data[packets.read(data, 7, messages, numbers, others) :]
    assert rest == b""
    return messages, numbers, others


@given(MESSAGES, st.integers(1, 50))
def test_what_was_packed_is_read_however_it_is_cut(sent: list[tuple[str, bytes, int]], size: int) -> None:
    stream = b"\x20\x02\x00\x00" + b"".join(packets.publish(*one) for one in sent) + b"\x90\x03\x00\x01\x01"
    cut = [stream[at : at + size] for at in range(0, len(stream), size)]
    messages, numbers, others = take(cut)
    assert messages == [Message(topic, payload, 7) for topic, payload, _ in sent]
    assert numbers == [number for *_, number in sent]
    assert others == OTHERS


def test_lengths_of_all_sizes() -> None:
    payloads = [b"x" * size for size in (0, 120, 127, 128, 16_383, 16_384, 70_000)]
    messages, _, _ = take([b"".join(packets.publish("t", p, 1) for p in payloads)])
    assert [m.payload for m in messages] == payloads


def test_a_length_without_end_is_refused() -> None:
    with pytest.raises(packets.MalformedError):
        packets.read(b"\x30\xff\xff\xff\xff\x01", 0, [], [], [])


def test_acknowledgements_leave_together() -> None:
    assert packets.acknowledge([1, 0x1234]) == b"\x40\x02\x00\x01\x40\x02\x12\x34"
    assert packets.acknowledge([]) == b""


def test_connect_and_subscribe_as_the_standard_lays_them_out() -> None:
    assert (
        packets.connect("me", None, "", keepalive_s=30) == b"\x10\x0e\x00\x04MQTT\x04\x00\x00\x1e\x00\x02me"
    )
    named = packets.connect("me", "u", "p", keepalive_s=30)
    assert named == b"\x10\x14\x00\x04MQTT\x04\xc0\x00\x1e\x00\x02me\x00\x01u\x00\x01p"
    assert packets.subscribe(1, ["a/+"]) == b"\x82\x08\x00\x01\x00\x03a/+\x01"
