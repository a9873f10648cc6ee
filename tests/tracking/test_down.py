"""What goes down to a device: acknowledgements and commands, both directions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.wire import down

MESSAGES = st.one_of(
    st.builds(down.Acknowledge, ack=st.integers(0, 9), last=st.integers(0, 9), resend=st.just(((3, 4),))),
    st.builds(down.Vibrate, command=st.integers(1, 9), seconds=st.integers(1, 30)),
    st.builds(down.Text, command=st.integers(1, 9), text=st.text(min_size=1, max_size=160)),
    st.builds(down.Interval, command=st.integers(1, 9), seconds=st.integers(1, 3600)),
    st.builds(down.RequestFix, command=st.integers(1, 9), until_us=st.integers(1, 2**53 - 1)),
    st.builds(
        down.Pursuit, command=st.integers(1, 9), seconds=st.integers(1, 60), lasts_s=st.integers(0, 14400)
    ),
)


@given(MESSAGES)
def test_a_device_reads_what_the_platform_wrote(message: Any) -> None:
    assert down.decode(down.encode(message)) == message


@given(st.binary(max_size=60))
def test_a_device_ignores_what_it_does_not_understand(payload: bytes) -> None:
    assert down.decode(payload) is None


def test_another_version_is_ignored() -> None:
    payload = json.loads(down.encode(down.RequestFix(command=1))) | {"v": 2}
    assert down.decode(json.dumps(payload).encode()) is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("vibrate", {"seconds": 31}),
        ("text", {}),
        ("text", {"text": "x" * 161}),
        ("interval", {"seconds": 0}),
        ("pursuit", {"seconds": 15}),
        ("pursuit", {"seconds": 61, "lasts_s": 60}),
        ("dance", {}),
    ],
)
def test_a_command_that_does_not_fit_its_kind_is_refused(kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        down.command(1, kind, body=body)


def test_a_row_of_the_outbox_becomes_a_command() -> None:
    assert down.command(5, "interval", body={"seconds": 60}) == down.Interval(command=5, seconds=60)


def test_a_command_without_a_moment_says_none() -> None:
    assert "until_us" not in json.loads(down.encode(down.Vibrate(command=1)))
    assert json.loads(down.encode(down.Vibrate(command=1, until_us=5)))["until_us"] == 5
