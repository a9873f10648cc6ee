"""The quick way of reading an acknowledgement and the wire's own agree; others' messages are passed over."""

from hypothesis import given
from hypothesis import strategies as st

from simulators.crowd.ears import Ears
from tracking.wire import down

TOPIC = b"em/v1/SIM-00003/down"
NUMBERS = st.integers(0, 2**32 - 1)


@given(NUMBERS, NUMBERS, st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3))
def test_an_acknowledgement_is_heard(ack: int, last: int, resend: list[tuple[int, int]]) -> None:
    ears = Ears(5)
    ears.hear(TOPIC, down.encode(down.Acknowledge(ack=ack, last=last, resend=tuple(resend))))
    assert (ears.who, ears.ack, ears.last) == ([2], [ack], [last])
    assert ears.gaps == ([(2, tuple(resend))] if resend else [])


@given(
    st.binary(max_size=60)
    | st.sampled_from([b'{"v":2,"kind":"ack","ack":1,"last":1}', b'{"v":1,"kind":"sing"}'])
)
def test_what_a_device_does_not_understand_it_ignores(payload: bytes) -> None:
    ears = Ears(5)
    ears.hear(TOPIC, payload)
    assert not ears.who
    assert not ears.commands


def test_others_are_passed_over() -> None:
    ears, said = Ears(5), down.encode(down.Acknowledge(ack=1, last=1))
    for topic in (b"em/v1/SIM-00006/down", b"em/v1/SIM-00000/down", b"em/v1/EM-1/down", b"em/v1/SIM-x/down"):
        ears.hear(topic, said)
    assert not ears.who


def test_commands_are_kept_for_an_answer() -> None:
    ears, command = Ears(5), down.Vibrate(command=9, seconds=2)
    ears.hear(TOPIC, down.encode(command))
    assert ears.commands == [(2, command)]
