"""Shards by arithmetic; that the broker counts the same is proved in tests/app/test_nats.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import sharding
from tracking.model import Message


@pytest.mark.parametrize(("serial", "mark"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_the_hash_is_fnv_1a_by_its_published_vectors(serial: str, mark: int) -> None:
    assert sharding.shard_of(serial, 1 << 32) == mark


@given(st.text(), st.integers(1, 500))
def test_every_serial_has_one_shard(serial: str, shards: int) -> None:
    assert sharding.shard_of(serial, shards) in range(shards)


def test_a_dot_counts_as_the_broker_writes_it() -> None:
    assert sharding.shard_of("EM.1", 1 << 32) == 0x0FA6727C, "of EM//1"


def test_a_phone_counts_by_its_user() -> None:
    assert sharding.shard_of("user/phone", 1000) == sharding.shard_of("user/tablet", 1000)


def test_the_serials_of_a_nation_spread_evenly() -> None:
    sizes = [0] * 16
    for n in range(16_000):
        sizes[sharding.shard_of(f"EM-{n:06}", 16)] += 1
    assert min(sizes) > 900
    assert max(sizes) < 1_100


def test_topics_of_some_shards_or_of_all() -> None:
    assert sharding.topics(["em/v1/+/up"], 0, 3) == ("p/0/em/v1/+/up", "p/3/em/v1/+/up")
    assert sharding.topics(["em/v1/+/up"]) == ("p/+/em/v1/+/up",)


def test_a_message_stands_under_its_devices_topic() -> None:
    (found,) = sharding.whole([Message("p/3/em/v1/EM-1/up", b"x", 5)])
    assert found == Message("em/v1/EM-1/up", b"x", 5)
