"""Parts of all devices: each belongs to one, whoever asks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import DeviceId, PersonId
from tracking import wire
from tracking.directory import Device, Directory, Wearing
from tracking.model import Message, Reason
from tracking.sharding import WHOLE, Shard, shard_of
from tracking.wire import json, owntracks

SERIALS = st.text("ABCabc019._-", min_size=1, max_size=20)
NOW_US = 1_794_000_000_000_000


@pytest.mark.parametrize(("text", "value"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_the_hash_is_the_published_one(text: str, value: int) -> None:
    """Vectors of the FNV reference."""
    assert shard_of(text, 2**32) == value


def test_a_dot_counts_as_nats_writes_it() -> None:
    assert shard_of("EM.1", 2**32) == 0x0FA6727C, "the hash of EM//1"


@given(SERIALS, st.integers(1, 64))
def test_each_device_belongs_to_exactly_one(serial: str, count: int) -> None:
    assert [Shard(k, count).owns(serial) for k in range(count)].count(True) == 1
    assert WHOLE.owns(serial)


def test_parts_are_about_equal() -> None:
    counts = np.bincount([shard_of(f"SIM-{n:05}", 8) for n in range(40_000)])
    assert counts.min() > 4_500
    assert counts.max() < 5_500


def test_a_worker_passes_over_what_is_anothers_and_rejects_strangers_once() -> None:
    devices = [Device(DeviceId(n), f"EM-{n}", "ejazo") for n in range(1, 9)]
    devices += [Device(DeviceId(9), "anna/phone", "owntracks")]
    messages = [Message(f"em/v1/EM-{n}/up", json.encode([], oldest=1), NOW_US) for n in range(1, 20)]
    messages += [Message("owntracks/anna/phone", owntracks.encode(NOW_US // 10**6, 69.2, 41.3), NOW_US)]
    parts = [wire.decode(messages, Directory.of(devices, [], shard=Shard(k, 3))) for k in range(3)]
    spoke = [device for part in parts for device in part.spoke.tolist()]
    assert sorted(spoke) == list(range(1, 10))
    strangers = [r.topic for part in parts for r in part.rejected if r.reason is Reason.UNKNOWN_DEVICE]
    assert sorted(strangers) == sorted(f"em/v1/EM-{n}/up" for n in range(9, 20))
    assert sum(part.ignored for part in parts) == 2 * len(messages)


def test_a_person_belongs_to_the_shard_of_the_device_put_on_last() -> None:
    devices = [Device(DeviceId(n), f"EM-{n}", "ejazo") for n in range(1, 5)]
    anna, boris = PersonId(1), PersonId(2)
    wearings = [
        Wearing(DeviceId(1), anna, 0, 100),
        Wearing(DeviceId(2), anna, 100),
        Wearing(DeviceId(3), boris, 50),
        Wearing(DeviceId(4), boris, 10),
    ]
    parts = [Directory.of(devices, wearings, shard=Shard(k, 4)) for k in range(4)]
    last = {anna: "EM-2", boris: "EM-3"}
    for person, serial in last.items():
        assert [k for k, part in enumerate(parts) if person in part.people] == [shard_of(serial, 4)]
